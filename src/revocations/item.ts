import { createHash } from "node:crypto";
import { member, type JsonObject } from "../oauth/jwt.ts";
import type { Revocation, RevocationKind } from "./revocation.ts";

/** A text, as DynamoDB's JSON has it. */
interface Text {
  readonly S: string;
}

/** A number, as DynamoDB's JSON has it. */
interface Decimal {
  readonly N: string;
}

/** A revocation as it stands in the table. */
export interface RevocationItem {
  /** The partition key. It is the same for all, so that one Query reads what is new. */
  readonly pk: Text;
  /** The sort key: when it was written, in ISO 8601 with milliseconds, `#`, and an ID that follows from the content. */
  readonly sk: Text;
  readonly kind: Text;
  readonly value: Text;
  readonly issuer: Text;
  /** Seconds since the epoch. */
  readonly notBefore: Decimal;
  /** Seconds since the epoch: the table's TTL attribute. Readers do not look at it. */
  readonly expiresAt: Decimal;
}

/** A revocation that was read from the table. */
export interface StoredRevocation extends Revocation {
  /** Milliseconds since the epoch, by the writer's clock. */
  readonly writtenAt: number;
}

export interface ItemOptions {
  /** Milliseconds since the epoch. */
  readonly writtenAt: number;
  /** After as many hours no token can be left that it would end. */
  readonly retentionHours: number;
}

/** The one partition of the table. */
export const PARTITION = "r";
const KINDS: readonly RevocationKind[] = ["all", "sub", "sid", "client", "token"];
const EVERY = "*";
/** Longer than any identifier of Auth0's. It bounds what one item takes of a container's memory. */
const MAX_LENGTH = 1024;
const SORT_KEY = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z#/;
const WHOLE_SECONDS = /^\d{1,12}$/;

/**
 * The item of a revocation. The same revocation written twice gives two items that say the same.
 *
 * @throws RangeError where it says something that no reader would accept, or a time that has not come yet: that would
 * end tokens which do not exist
 */
export function itemOf(revocation: Revocation, { writtenAt, retentionHours }: ItemOptions): RevocationItem {
  const fault = faultOf(revocation, writtenAt);
  if (fault !== undefined) throw new RangeError(`no revocation: ${fault}`);
  const { kind, value, issuer, notBefore } = revocation;
  return {
    pk: { S: PARTITION },
    sk: { S: `${sortKeyFrom(writtenAt)}#${idOf(revocation)}` },
    kind: { S: kind },
    value: { S: value },
    issuer: { S: issuer },
    notBefore: { N: String(notBefore) },
    expiresAt: { N: String(Math.ceil(writtenAt / 1000) + retentionHours * 3600) },
  };
}

/**
 * The revocation of an item.
 *
 * A time later than the item's own is taken for the item's: what was written by then cannot mean tokens that came later.
 *
 * @returns undefined where the item is malformed, whatever it is
 */
export function revocationOf(item: unknown): StoredRevocation | undefined {
  const writtenAt = writtenAtOf(attribute(item, "sk", "S"));
  const seconds = attribute(item, "notBefore", "N");
  if (!WHOLE_SECONDS.test(seconds)) return undefined;
  const revocation = {
    kind: attribute(item, "kind", "S") as RevocationKind,
    value: attribute(item, "value", "S"),
    issuer: attribute(item, "issuer", "S"),
    notBefore: Math.min(Number(seconds), Math.floor(writtenAt / 1000)),
    writtenAt,
  };
  return faultOf(revocation, writtenAt) === undefined ? revocation : undefined;
}

/** Where the items begin that were written at this time or later, in milliseconds since the epoch. */
export function sortKeyFrom(writtenAt: number): string {
  return new Date(Math.max(0, writtenAt)).toISOString();
}

/** It follows from the content alone, so that whoever compares two items can tell that they say the same. */
function idOf({ kind, value, issuer, notBefore }: Revocation): string {
  const content = JSON.stringify([kind, value, issuer, notBefore]);
  return createHash("sha256").update(content).digest("base64url").slice(0, 22);
}

function faultOf({ kind, value, issuer, notBefore }: Revocation, now: number): string | undefined {
  if (!KINDS.includes(kind)) return `its kind is none of ${KINDS.join(", ")}`;
  if ((kind === "all") !== (value === EVERY)) return `the value of "all", and of nothing else, is ${EVERY}`;
  if (!isIdentifier(value)) return `its value is empty, or longer than ${MAX_LENGTH} characters`;
  if (!isIdentifier(issuer)) return `its issuer is empty, or longer than ${MAX_LENGTH} characters`;
  if (!Number.isSafeInteger(notBefore) || notBefore < 0) return "its time is no whole number of seconds";
  if (notBefore * 1000 > now) return "its time is in the future";
  return undefined;
}

function isIdentifier(text: string): boolean {
  return text.length > 0 && text.length <= MAX_LENGTH;
}

/** NaN where the sort key has no time. */
function writtenAtOf(sortKey: string): number {
  return SORT_KEY.test(sortKey) ? Date.parse(sortKey.slice(0, sortKey.indexOf("#"))) : NaN;
}

/** The text of an attribute, if it has this type and is an own member; empty otherwise. */
function attribute(item: unknown, name: keyof RevocationItem, type: "S" | "N"): string {
  const typed = member(Object(item) as JsonObject, name);
  const value = member(Object(typed) as JsonObject, type);
  return typeof value === "string" ? value : "";
}
