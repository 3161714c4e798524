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
  // The subject counts twice: it is the policy's principal too.
  let characters = context.sub.length;
  for (const [name, value] of Object.entries(context) as [string, string][]) {
    // A header has no spaces at its ends (RFC 9110 §5.5), so that two subjects would be one behind an HTTP proxy.
    if (unsupportedCharacters.test(value) || value !== value.trim()) return name;
    characters += name.length + value.length;
  }
  return characters > SHORT_CONTEXT && isTooLarge(context) ? "size" : undefined;
}

function isWord(value: string): boolean {
  return /^\S+$/.test(value);
}

function isTooLarge(context: Context): boolean {
  return Buffer.byteLength(JSON.stringify([context.sub, context])) > MAX_CONTEXT_BYTES;
}
