/** What the page and its server tell each other. */

/** The five attachments of the authorizer. */
export const GATEWAYS = {
  "rest-token": "REST API, TOKEN",
  "rest-request": "REST API, REQUEST",
  "http-policy": "HTTP API, policy",
  "http-simple": "HTTP API, simple",
  websocket: "WebSocket API",
} as const;

export type Gateway = keyof typeof GATEWAYS;

/** What the page must know of the tenant and of its server. */
export interface PageConfig {
  readonly issuer: string;
  readonly clientId: string;
  /** The application of the pages with Auth0.js and with Lock. */
  readonly legacyClientId: string;
  readonly audience: string;
  readonly emailClaim: string;
  readonly ttlSeconds: number;
  readonly jwksMaxAgeSeconds: number;
  /** The person that a visitor may sign in as. */
  readonly user: { readonly email: string; readonly password: string };
  /** Where there is a table of revocations. */
  readonly revocations?: Revocations | undefined;
  /** The two gateways before the example in Python, where this machine has Python. */
  readonly hostedPython?: { readonly restApi: string; readonly httpApi: string } | undefined;
}

/** What the page must know of the table of revocations. */
interface Revocations {
  /** Who is blocked, deleted and logged out. */
  readonly leaving: { readonly name: string; readonly email: string };
}

/** Tokens that the server gets by real sign-ins of others, by name. */
export const BORROWED = ["verified", "unverified", "foreign", "machine", "hs256", "leaving"] as const;
export type Borrowed = (typeof BORROWED)[number];
export type TokenUse = "id" | "access";

export interface StageOptions {
  /** How far the clock of the gateway and the authorizer is ahead. */
  readonly clockAheadSeconds: number;
  /** How long its gateways keep the authorizer's answers; 0 = not at all. WebSockets have no cache. */
  readonly ttlSeconds: number;
}

/** A line of the authorizer's log. */
export interface LogLine {
  readonly event?: string;
  readonly decision?: string;
  readonly reason?: string;
  readonly hint?: string;
  readonly detail?: string;
  readonly key_set_age_seconds?: number;
}

export interface Statement {
  readonly Effect: "Allow" | "Deny";
  readonly Resource: string;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** What the authorizer returned: a policy, or a simple answer. */
export interface AuthorizerAnswer {
  readonly principalId?: string;
  readonly policyDocument?: { readonly Statement: readonly Statement[] };
  readonly isAuthorized?: boolean;
  readonly context?: Readonly<Record<string, string>>;
}

/** One invocation of a Lambda. */
export interface Invocation {
  /** Without the token. */
  readonly event: unknown;
  readonly milliseconds: number;
  readonly answer?: unknown;
  /** The message of what it threw. */
  readonly error?: string;
}

/** One call, as only the server could see it. */
export interface Trace {
  readonly gateway: Gateway;
  readonly status: number;
  readonly milliseconds: number;
  /** Absent where the gateway did not ask it. */
  readonly authorizer?: Invocation & { readonly log: readonly LogLine[] };
  /** The backend; absent where it was not reached. */
  readonly lambda?: Invocation & { readonly context: unknown };
}
