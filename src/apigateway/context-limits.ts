import type { Denial } from "../errors.ts";
import { GATEWAYS, type GatewayKind } from "./gateways.ts";

/** With the policy this stays within the 8 KB that a WebSocket API's authorizer may answer. */
const MAX_CONTEXT_BYTES = 6144;
/** So many characters are never more bytes than that: each is three bytes at most, and an escape two. */
const SHORT_CONTEXT = MAX_CONTEXT_BYTES / 3;

/** What of an identity is forwarded as one string with spaces between its words. */
interface WordLists {
  readonly permissions: readonly string[];
  readonly actors: readonly string[];
}

/** A flat context of strings, the caller's subject among them. */
interface Context {
  readonly sub: string;
}

/**
 * Returns why API Gateway could not forward this context unchanged, if so. The detail is the name of the
 * first such key, or `size` where all is too much together.
 */
export function checkContext(identity: WordLists, context: Context, kind: GatewayKind): Denial | undefined {
  const detail = findUnsupportedValue(identity, context, kind);
  return detail === undefined ? undefined : { reason: "context_value_unsupported", detail };
}

function findUnsupportedValue(
  { permissions, actors }: WordLists,
  context: Context,
  kind: GatewayKind,
): string | undefined {
  if (!permissions.every(isWord)) return "permissions";
  if (!actors.every(isWord)) return "actors";
  const { unsupportedCharacters } = GATEWAYS[kind];
  const entries = Object.entries(context) as readonly (readonly [string, string])[];
  // The subject counts twice: it is the policy's principal too.
  let characters = context.sub.length;
  let values = "";
  for (const [name, value] of entries) {
    characters += name.length + value.length;
    values += `${value}|`;
  }
  // All at once, because a regular expression is compiled when it is used a second time; with a bar between them, because
  // the halves of two values must not make a character.
  if (unsupportedCharacters.test(values))
    return entries.find(([, value]) => unsupportedCharacters.test(value))?.[0];
  // A header has no spaces at its ends (RFC 9110 §5.5), so that two subjects would be one behind an HTTP proxy.
  const padded = entries.find(([, value]) => value !== value.trim());
  if (padded !== undefined) return padded[0];
  return characters > SHORT_CONTEXT && isTooLarge(context) ? "size" : undefined;
}

function isWord(value: string): boolean {
  return /^\S+$/.test(value);
}

function isTooLarge(context: Context): boolean {
  return Buffer.byteLength(JSON.stringify([context.sub, context])) > MAX_CONTEXT_BYTES;
}
