import { createHash } from "node:crypto";
import { getOwn, type JsonObject } from "../token/jwt.ts";
import type { Revocation, RevocationKind, RevocationScope } from "./revocation.ts";

/** A string, as DynamoDB's JSON has it. */
interface StringAttribute {
  readonly S: string;
}

/** A number, as DynamoDB's JSON has it. */
interface NumberAttribute {
  readonly N: string;
}

/** A revocation as it is stored in the table. */
export interface RevocationItem {
  /** The partition key, from {@link toKey}. */
  readonly id: StringAttribute;
  /** Seconds since the epoch. Only ever raised. */
  readonly notBefore: NumberAttribute;
  /** Seconds since the epoch: the table's TTL attribute. Absent for sessions, whose refresh tokens may never expire. */
  readonly expiresAt?: NumberAttribute;
}

/** Auth0's longest access token lives 30 days; an item outlives every token that it covers. */
export const RETENTION_SECONDS = 31 * 86_400;
/** DynamoDB's limit for a partition key. */
export const MAX_KEY_BYTES = 2048;
/** `member` has two identifiers in its key. */
export const MAX_IDENTIFIER_BYTES = 1024;

const WHOLE_SECONDS = /^\d{1,12}$/;
const KINDS: readonly RevocationKind[] = ["sub", "member", "sid", "client", "token"];

/** The partition key of a scope: `sub#auth0|alice`, `member#org_1#auth0|alice`, `sid#…`, `client#…`, `token#…`. */
export function toKey(scope: RevocationScope): string {
  switch (scope.kind) {
    case "sub":
      return `sub#${scope.sub}`;
    case "member":
      return `member#${scope.organizationId}#${scope.sub}`;
    case "sid":
      return `sid#${scope.sid}`;
    case "client":
      return `client#${scope.clientId}`;
    case "token":
      return `token#${scope.hash}`;
  }
}

/** The scope of a partition key, or undefined where no writer of this project would have written the key. */
export function parseKey(key: string): RevocationScope | undefined {
  const [, kind = "", value = ""] = /^([a-z]+)#(.+)$/su.exec(key) ?? [];
  switch (KINDS.find((known) => known === kind)) {
    case "sub":
      return { kind: "sub", sub: value };
    case "member":
      return parseMember(value);
    case "sid":
      return { kind: "sid", sid: value };
    case "client":
      return { kind: "client", clientId: value };
    case "token":
      return { kind: "token", hash: value };
    case undefined:
      return undefined;
  }
}

function parseMember(value: string): RevocationScope | undefined {
  const [, organizationId, sub] = /^([^#]+)#(.+)$/su.exec(value) ?? [];
  return organizationId && sub ? { kind: "member", organizationId, sub } : undefined;
}

/**
 * The time from which an item says that tokens are revoked, in seconds since the epoch.
 *
 * @returns undefined where the item is malformed
 */
export function readNotBefore(item: unknown): number | undefined {
  const seconds = readAttribute(item, "notBefore", "N");
  return WHOLE_SECONDS.test(seconds) ? Number(seconds) : undefined;
}

/** The partition key of an item, empty where it has none. */
export function readKey(item: unknown): string {
  return readAttribute(item, "id", "S");
}

/**
 * When an item may be deleted, in seconds since the epoch.
 *
 * @param writtenAt seconds since the epoch
 * @param sessionRetentionDays how long items of sessions are kept
 * @returns undefined for a session without such a limit: refresh tokens, which continue it, may never expire
 */
export function expiryOf(
  { scope, notBefore }: Revocation,
  writtenAt: number,
  sessionRetentionDays?: number,
): number | undefined {
  const latest = Math.max(notBefore, writtenAt);
  if (scope.kind !== "sid") return latest + RETENTION_SECONDS;
  return sessionRetentionDays === undefined ? undefined : latest + sessionRetentionDays * 86_400;
}

/**
 * Identifies one token: the base64url of the SHA-256 of its signed part, which is all up to its second dot (RFC 9770
 * identifies tokens by a hash too).
 */
export function tokenHash(token: string): string {
  return createHash("sha256")
    .update(token.slice(0, token.lastIndexOf(".")))
    .digest("base64url");
}

/** An own attribute of an item, if it has this type; empty otherwise. */
function readAttribute(item: unknown, name: keyof RevocationItem, type: "S" | "N"): string {
  const value = readOwn(readOwn(item, name), type);
  return typeof value === "string" ? value : "";
}

/** An own member of what DynamoDB answered, which may be anything. */
export function readOwn(value: unknown, name: string): unknown {
  return getOwn(Object(value) as JsonObject, name);
}
