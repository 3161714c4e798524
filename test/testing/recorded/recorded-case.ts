/** The kinds of authorizer that were recorded. */
export const APIS = [
  "REST TOKEN",
  "REST REQUEST",
  "HTTP 1.0",
  "HTTP 2.0",
  "HTTP simple",
  "WebSocket",
] as const;
export type Api = (typeof APIS)[number];

export const REST = ["REST TOKEN", "REST REQUEST"] as const;
export const HTTP = ["HTTP 1.0", "HTTP 2.0", "HTTP simple"] as const;

/** One thing that the real gateway was seen to do: one row. */
export interface RecordedCase {
  readonly apis: readonly Api[];
  /** A condition: "the authorizer denies". */
  readonly where: string;
  /** Of an authorizer that is set up differently from those of `SETUPS`. */
  readonly setup?: Setup;
  /** One call after the other, to the same stage. */
  readonly calls: readonly RecordedCall[];
}

export interface Setup {
  readonly identitySources?: readonly string[];
  readonly ttlSeconds?: number;
  readonly stageVariables?: Readonly<Record<string, string>>;
}

export interface RecordedCall {
  /** What differs from the good request of `SETUPS`. */
  readonly sent?: { readonly to?: string; readonly method?: string; readonly headers?: Headers };
  /** What the authorizer would do now; where left out, it allows everything. */
  readonly authorizer?: Turn;
  /** How long after the call before it, in seconds. */
  readonly after?: number;
  readonly gets: keyof Answers;
  /** How often the authorizer was called. */
  readonly invoked: 0 | 1;
  /** What the authorizer contributed to the event of the backend, but for `integrationLatency`. */
  readonly behind?: object;
}

type Headers = Readonly<Record<string, string | string[]>>;

/** What an authorizer does with its event: answers, or throws. */
export type Turn = (event: AuthorizerEvent, api: Api) => unknown;

interface AuthorizerEvent {
  readonly routeArn?: string;
  readonly methodArn?: string;
}

/** What a client gets. Of a WebSocket's body the part between the quotes that is not fixed. */
export interface Answer {
  readonly status: number;
  readonly body?: string;
  /** Bytes of the body, as recorded. */
  readonly bytes?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Answers {
  readonly "the Lambda's answer": Answer;
  readonly "401": Answer;
  readonly "403 of a Deny": Answer;
  readonly "403 without a match": Answer;
  readonly "500": Answer;
  readonly "403 of no route": Answer;
  readonly "400 of the load balancer": Answer;
}

/** Allows, in the form that the authorizer is configured for. */
export function allow(context?: unknown, resource: "stage" | "this route" = "stage"): Turn {
  return (event, api) => answerOf(api, "Allow", resource === "stage" ? "*" : arnOf(event), context);
}

export const deny: Turn = (_, api) => answerOf(api, "Deny", "*", { reason: "recorded" });

export const throwUnauthorized: Turn = () => {
  throw new Error("Unauthorized");
};

export function answer(value: unknown): Turn {
  return () => value;
}

/** A policy that allows everything, with what is to be different. */
export function policyWith(changes: object): Turn {
  return (event, api) => ({ ...(allow()(event, api) as object), ...changes });
}

export function statement(effect: string, resource: string): object {
  return { Effect: effect, Action: "execute-api:Invoke", Resource: resource };
}

function answerOf(api: Api, effect: "Allow" | "Deny", resource: string, context: unknown): object {
  const common = context === undefined ? {} : { context };
  if (api === "HTTP simple") return { isAuthorized: effect === "Allow", ...common };
  const policyDocument = { Version: "2012-10-17", Statement: [statement(effect, resource)] };
  return { principalId: "caller", policyDocument, ...common };
}

function arnOf({ routeArn, methodArn }: AuthorizerEvent): string {
  return routeArn ?? methodArn ?? "";
}
