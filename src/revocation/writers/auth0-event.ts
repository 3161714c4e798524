import { asObject } from "../../apigateway/gateways.ts";
import { isSubject } from "../subject.ts";
import type { Revocation, RevocationScope } from "../revocation.ts";

/**
 * Why a message cannot be read. None of these should happen, and each is worth a look.
 *
 * - `foreign_source`: it does not come from Auth0.
 * - `unknown_form`: it has no type, or says of a user what is not known here.
 * - `incomplete`: it names neither the user, member or session, nor a time, that it should.
 */
export type NotUnderstoodReason = "foreign_source" | "unknown_form" | "incomplete";

/** What follows from a message of the tenant. */
export type TenantMessage =
  | {
      readonly outcome: "revocation";
      /** Auth0's name of what happened, without the prefix `com.auth0.`: `user.deleted`, `scp`. */
      readonly type: string;
      readonly revocation: Revocation;
      /** When it happened, in milliseconds since the epoch. */
      readonly happenedAt: number;
      /** Whether Auth0 sent it as a test. It counts all the same. */
      readonly isTest: boolean;
    }
  | { readonly outcome: "ignored"; readonly type: string }
  | {
      readonly outcome: "not_understood";
      readonly type: string;
      readonly reason: NotUnderstoodReason;
      readonly isTest: boolean;
    };

export interface TenantMessageOptions {
  /** When the message arrived, in milliseconds since the epoch. */
  readonly now: number;
  /** Whether a logout in the log stream revokes its session. */
  readonly revokesOnLogout: boolean;
}

type Json = Readonly<Record<string, unknown>>;

/** What a type of message means for tokens: `nothing`, or a revocation of a scope, if the message names one. */
type Meaning =
  | "nothing"
  | "unknown_form"
  | {
      readonly scope: RevocationScope | undefined;
      /** Whether tokens that were issued shortly after it are revoked too. */
      readonly isEnd: boolean;
    };

/** EventBridge accepts a source that begins with `aws` from partners only, so that no other account can send these. */
const PARTNER_SOURCE = "aws.partner/auth0.com/";
/** Auth0's pages have both forms: `user.updated` and `com.auth0.user.updated`. */
const TYPE_PREFIX = /^com\.auth0\./i;
/** A token that was under way when its user was blocked is issued within this time. */
const UNDER_WAY_MS = 60_000;
const DATE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/;
/** A type that is about a user, in any case of letters. */
const USER_TYPE = /^user\b/i;
/** What may be a type, and is not free text. */
const TYPE = /^[a-z][a-z0-9_.]{0,60}$/;

/**
 * Reads a message that Auth0 sent through Amazon EventBridge: an event of an Event Stream, or a log event of a log
 * stream. What follows depends on the message and on no earlier one, so that duplicates, replays and disorder change
 * nothing.
 *
 * It acts on what the tenant has decided about a user, and never on what strangers can cause, such as a blocked account
 * after too many wrong passwords, nor on calls of the Management API, whose user is the administrator.
 *
 * @see https://auth0.com/docs/customize/events
 * @see https://auth0.com/docs/customize/log-streams
 */
export function readTenantMessage(event: unknown, options: TenantMessageOptions): TenantMessage {
  const { source, detail, time: deliveredAt } = asObject(event);
  const { type, time, data, a0purpose } = asObject(detail);
  const isTest = a0purpose === "test";
  if (typeof source !== "string" || !source.startsWith(PARTNER_SOURCE))
    return { outcome: "not_understood", type: "unknown", reason: "foreign_source", isTest };
  if (typeof type === "string") {
    const name = type.replace(TYPE_PREFIX, "");
    const meaning = meaningOfEvent(name, asObject(asObject(data)["object"]));
    return read({ type: name, times: [time, deliveredAt], meaning, isTest }, options);
  }
  const { type: logType, date, ...log } = asObject(data);
  if (typeof logType !== "string")
    return { outcome: "not_understood", type: "unknown", reason: "unknown_form", isTest };
  const name = logType.replace(TYPE_PREFIX, "");
  const meaning = meaningOfLog(name, log, options);
  return read({ type: name, times: [date, deliveredAt], meaning, isTest }, options);
}

/** @param entity the CloudEvent's `data.object`: the user, or the organization and its member */
function meaningOfEvent(type: string, entity: Json): Meaning {
  switch (type) {
    case "user.deleted":
      return { scope: toUser(entity["user_id"]), isEnd: true };
    case "user.updated":
      return meaningOfUpdate(entity);
    case "organization.member.deleted": {
      const { id } = asObject(entity["organization"]);
      return { scope: toMember(id, asObject(entity["user"])["user_id"]), isEnd: true };
    }
    case "user.created":
      return "nothing";
    default:
      return USER_TYPE.test(type) ? "unknown_form" : "nothing";
  }
}

/** Not every update carries every field. */
function meaningOfUpdate({ blocked, user_id: userId }: Json): Meaning {
  if (blocked === true) return { scope: toUser(userId), isEnd: true };
  // Another form of the message, in which the user may be blocked.
  if (!isUserId(userId)) return "unknown_form";
  return blocked === false || blocked === undefined || blocked === null ? "nothing" : "unknown_form";
}

/**
 * A log event: a changed password, Universal Logout, and a logout where the setting says so. After these the user may
 * sign in again at once, so that tokens which are issued later count.
 */
function meaningOfLog(type: string, log: Json, { revokesOnLogout }: TenantMessageOptions): Meaning {
  const details = asObject(log["details"]);
  switch (type) {
    case "scp":
      return { scope: toUser(log["user_id"]), isEnd: false };
    case "universal_logout_succeeded": {
      // Auth0 documents neither `user_id` as required nor what is in `details`; the identity provider's ID is not a `sub`.
      const userId = [log["user_id"], details["user_id"]].find(isUserId);
      return { scope: toUser(userId), isEnd: false };
    }
    case "slo":
      return revokesOnLogout ? { scope: toSession(details["session_id"]), isEnd: false } : "nothing";
    default:
      return USER_TYPE.test(type) ? "unknown_form" : "nothing";
  }
}

interface ReadMessage {
  readonly type: string;
  /** Auth0's time, and EventBridge's, which counts where Auth0's cannot be read. */
  readonly times: readonly unknown[];
  readonly meaning: Meaning;
  readonly isTest: boolean;
}

function read({ type, times, meaning, isTest }: ReadMessage, { now }: TenantMessageOptions): TenantMessage {
  const name = TYPE.test(type) ? type : "unknown";
  if (meaning === "nothing") return { outcome: "ignored", type: name };
  const notUnderstood = { outcome: "not_understood", type: name, isTest } as const;
  if (meaning === "unknown_form") return { ...notUnderstood, reason: meaning };
  const { scope, isEnd } = meaning;
  const happenedAt = times.map(toTime).find((time) => time !== undefined);
  if (scope === undefined || happenedAt === undefined) return { ...notUnderstood, reason: "incomplete" };
  // Never in the future, where clocks differ: it would revoke tokens that are not issued yet.
  const until = Math.min(now, isEnd ? happenedAt + UNDER_WAY_MS : happenedAt);
  const revocation = { scope, notBefore: Math.floor(until / 1000) };
  return { outcome: "revocation", type: name, revocation, happenedAt, isTest };
}

/** Milliseconds since the epoch; undefined where it is not a date and time after the epoch. */
function toTime(text: unknown): number | undefined {
  const time = typeof text === "string" && DATE_TIME.test(text) ? Date.parse(text) : NaN;
  return time >= 0 ? time : undefined;
}

/** What is not a `sub` of Auth0 would be written, and revoke nothing. */
function toUser(sub: unknown): RevocationScope | undefined {
  return isUserId(sub) ? { kind: "sub", sub } : undefined;
}

function toMember(organizationId: unknown, sub: unknown): RevocationScope | undefined {
  return isText(organizationId) && isUserId(sub) ? { kind: "member", organizationId, sub } : undefined;
}

function toSession(sid: unknown): RevocationScope | undefined {
  return isText(sid) ? { kind: "sid", sid } : undefined;
}

function isUserId(value: unknown): value is string {
  return isText(value) && isSubject(value);
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}
