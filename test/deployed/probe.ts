import { randomUUID } from "node:crypto";

/** The kinds of API, with the answers that their authorizer may give. */
export const KINDS = [
  "REST TOKEN",
  "REST REQUEST",
  "HTTP 1.0",
  "HTTP 2.0",
  "HTTP simple",
  "WebSocket",
] as const;
export type Kind = (typeof KINDS)[number];

/** What the authorizer does when it is asked. In an answer `$arn`, `$stage`, `$header` and `$nonce` are filled in. */
export type Turn = ({ readonly error: string } | { readonly answer: unknown }) & {
  /** The moment from which it does so, in milliseconds since the epoch. */
  readonly from?: number;
};

export interface Question {
  /** Where left out, no token is sent. */
  readonly turns?: readonly Turn[];
  /** What is sent instead of a token that holds the turns; made when it is sent, for calls wait for each other. */
  readonly token?: string | (() => string);
  /** What stands in the identity source instead of a token, without `Bearer`; on a WebSocket once or several times. */
  readonly credentials?: readonly string[];
  /** WebSocket: headers beside the parameter. */
  readonly authorizationHeaders?: readonly string[];
  readonly route?: "one" | "two" | "open";
}

/** What a client gets. */
export interface Reply {
  readonly status: number;
  readonly body: string;
  /** `requestContext.authorizer` of the Lambda behind, null where it has none; undefined where it was not reached. */
  readonly seen: unknown;
}

/** Gateways to ask. */
export interface Probe {
  readonly kinds: readonly Kind[];
  ask(kind: Kind, question: Question): Promise<Reply>;
  /** Lets time go by. */
  pause(seconds: number): Promise<void>;
  /** Milliseconds since the epoch. */
  now(): number;
}

/** A token that tells the authorizer what to do, unlike any other. */
export function tokenOf(turns: readonly Turn[], id: string): string {
  return Buffer.from(JSON.stringify({ id, turns })).toString("base64url");
}

/** The path of a kind's routes: `/rest-token/one`; of its API's open route: `/rest-open`. */
export function pathOf(kind: Kind, route: "one" | "two" | "open"): string {
  const words = kind.toLowerCase().replace(" ", "-");
  return route === "open" ? `/${words.split("-")[0] ?? ""}-open` : `/${words}/${route}`;
}

/** The values of the Authorization header, or on a WebSocket of the parameter. */
export function credentialsOf(kind: Kind, { credentials, token, turns }: Question): readonly string[] {
  if (credentials !== undefined) return credentials;
  const given = typeof token === "function" ? token() : token;
  const sent = given ?? (turns && tokenOf(turns, randomUUID()));
  if (sent === undefined) return [];
  return [kind === "WebSocket" ? sent : `Bearer ${sent}`];
}

/** The query of a WebSocket's URL. */
export function queryOf(credentials: readonly string[]): string {
  const query = new URLSearchParams(credentials.map((value): [string, string] => ["access_token", value]));
  return credentials.length === 0 ? "" : `?${query.toString()}`;
}

/** What the Lambda behind said in its body; of a refusal's body what is another each time is left out. */
export function replyOf(status: number, body: string): Reply {
  if (status === 200) return { status, body: "", seen: (JSON.parse(body) as { seen: unknown }).seen };
  const text = body.replace(/("(?:connectionId|requestId)":)"[^"]*"/g, '$1"…"');
  return { status, body: text.startsWith("<html>") ? "an HTML page" : text, seen: undefined };
}
