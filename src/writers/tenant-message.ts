import type { Revocation } from "../revocations/revocation.ts";

/** Why nothing follows from a message. All but the first should not happen, and are worth a look. */
export type IgnoredBecause =
  "not_acted_on" | "foreign_source" | "unknown_form" | "incomplete" | "future_time";

/** What follows from a message of the tenant. */
export type TenantMessage =
  | {
      readonly outcome: "revocation";
      /** Auth0's name of what happened: `user.deleted`, `scp`. */
      readonly type: string;
      readonly revocation: Revocation;
      /** When it happened, in milliseconds since the epoch. */
      readonly happenedAt: number;
    }
  | { readonly outcome: "ignored"; readonly type: string; readonly because: IgnoredBecause };

export interface TenantMessageOptions {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Whether a log-out in the log stream ends its session. */
  readonly revokesOnLogout: boolean;
}

type Json = Readonly<Record<string, unknown>>;

/** Whose tokens a message ends: the item's value is missing where the message does not name it. */
interface Target {
  readonly kind: "sub" | "sid";
  readonly value: unknown;
}

/** EventBridge takes a source that begins with `aws` from nobody else, so that no other account can send these. */
const PARTNER_SOURCE = "aws.partner/auth0.com/";
/** Between Auth0's clock and AWS's. */
const MAX_CLOCK_DIFFERENCE_MS = 5000;
/** Longer than any identifier of Auth0's. */
const MAX_IDENTIFIER_LENGTH = 1024;
const DATE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/;
/** What may be a type, and is no text that somebody wrote. */
const TYPE = /^[a-z][a-z0-9_.]{0,40}$/;

/**
 * Reads a message that Auth0 sent through Amazon EventBridge: an event of an Event Stream, or a log event of a log
 * stream. What follows depends on the message alone and on no earlier one, so that duplicates, replays and disorder
 * change nothing.
 *
 * It acts on what the tenant has decided about a user, and never on what strangers can cause, such as a blocked account
 * after too many wrong passwords, nor on calls of the Management API, whose user is the administrator.
 *
 * @see https://auth0.com/docs/customize/events
 * @see https://auth0.com/docs/customize/log-streams
 */
export function readTenantMessage(event: unknown, options: TenantMessageOptions): TenantMessage {
  const { source, detail } = object(event);
  if (typeof source !== "string" || !source.startsWith(PARTNER_SOURCE)) return ignored("", "foreign_source");
  const { type, time, data } = object(detail);
  if (typeof type === "string") return read(type, time, targetOfEvent(type, object(data)), options);
  const { type: logType, date, ...log } = object(data);
  if (typeof logType !== "string") return ignored("", "unknown_form");
  return read(logType, date, targetOfLog(logType, log, options), options);
}

/** An event of an Event Stream, a CloudEvent: `data.object` is the user. */
function targetOfEvent(type: string, data: Json): Target | undefined {
  const user = object(data["object"]);
  const isEnd = type === "user.deleted" || (type === "user.updated" && user["blocked"] === true);
  return isEnd ? { kind: "sub", value: user["user_id"] } : undefined;
}

/** A tenant log event: a changed password, and a log-out where the setting says so. */
function targetOfLog(type: string, log: Json, options: TenantMessageOptions): Target | undefined {
  if (type === "scp") return { kind: "sub", value: log["user_id"] };
  if (type === "slo" && options.revokesOnLogout)
    return { kind: "sid", value: object(log["details"])["session_id"] };
  return undefined;
}

function read(
  type: string,
  time: unknown,
  target: Target | undefined,
  { now }: TenantMessageOptions,
): TenantMessage {
  if (target === undefined) return ignored(type, "not_acted_on");
  const { kind, value } = target;
  const happenedAt = typeof time === "string" && DATE_TIME.test(time) ? Date.parse(time) : NaN;
  if (Number.isNaN(happenedAt) || happenedAt < 0 || !isIdentifier(value)) return ignored(type, "incomplete");
  if (happenedAt > now + MAX_CLOCK_DIFFERENCE_MS) return ignored(type, "future_time");
  const notBefore = Math.floor(Math.min(happenedAt, now) / 1000);
  // An event names the tenant, and a token the domain that issued it, of which a tenant may have several.
  return { outcome: "revocation", type, happenedAt, revocation: { kind, value, issuer: "*", notBefore } };
}

function ignored(type: string, because: IgnoredBecause): TenantMessage {
  return { outcome: "ignored", type: TYPE.test(type) ? type : "unknown", because };
}

function isIdentifier(value: unknown): value is string {
  return typeof value === "string" && value !== "" && value.length <= MAX_IDENTIFIER_LENGTH;
}

function object(value: unknown): Json {
  return typeof value === "object" && value !== null ? (value as Json) : {};
}
