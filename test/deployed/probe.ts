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
/** APIs whose answers are cached under more than the token, by what else is in their identity sources. */
export const KEYED_KINDS = [
  "REST by method and path",
  "REST by resource path",
  "REST by stage variable",
  "HTTP 1.0 by route key",
  "HTTP 2.0 by route key",
  "HTTP 2.0 by method and path",
  "HTTP 2.0 by stage variable",
] as const;
export const ALL_KINDS = [...KINDS, ...KEYED_KINDS] as const;
export type Kind = (typeof ALL_KINDS)[number];

/** What the authorizer does when it is asked. What stands for what in an answer says `probe.cjs`. */
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
  /** What comes after the kind's own path: `one` where left out, or `open`, the route without an authorizer. */
  readonly route?: string;
  /** GET where left out. */
  readonly method?: "GET" | "POST" | "HEAD";
  /** What the backend is to tell: of its caller where left out, or of the route that was reached. */
  readonly tells?: "caller" | "route";
}

/** What a client gets. */
export interface Reply {
  readonly status: number;
  readonly body: string;
  /**
   * What the backend was asked to tell: `requestContext.authorizer`, null where it has none, or the route. Undefined
   * where it was not reached.
   */
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

/** The path of a kind's routes: `/rest-token/one`; of its API's open route: `/rest-open`, `/rest-keys-open`. */
export function pathOf(kind: Kind, route: string): string {
  const words = kind.toLowerCase().replaceAll(" ", "-");
  if (route !== "open") return `/${words}/${route}`;
  const family = words.split("-", 1).join();
  return kind.includes(" by ") ? `/${family}-keys-open` : `/${family}-open`;
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

/** What the backend said in its body; of a refusal's body what is another each time is left out. */
export function replyOf(status: number, body: string, tells: Question["tells"] = "caller"): Reply {
  if (status === 200) {
    const told = (body === "" ? {} : JSON.parse(body)) as { caller?: unknown; route?: unknown };
    return { status, body: "", seen: told[tells] ?? null };
  }
  const text = body.replace(/("(?:connectionId|requestId)":)"[^"]*"/g, '$1"…"');
  return { status, body: text.startsWith("<html>") ? "an HTML page" : text, seen: undefined };
}
