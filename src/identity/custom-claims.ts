import { getClaim, type Identity } from "./identity.ts";
import type { Denial } from "../errors.ts";

/** Auth0's email, roles and a few IDs are far below this, and a gateway's limits hold for headers and cache too. */
const MAX_CUSTOM_CLAIMS_BYTES = 2048;

/**
 * Printable ASCII without quotes and backslashes: what every gateway, cache and header mapping was seen to carry. Without
 * spaces at its ends, which a header does not have (RFC 9110 §5.5).
 */
const PLAIN = /^(?! )[ !#-[\]-~]*(?<! )$/;
const PLAIN_WORD = /^[!#-[\]-~]+$/;
/** In JSON: an escaped backslash, which may stand before any letters, or half a character. */
const BACKSLASH_OR_HALF = /\\\\|\\ud[89a-f][\da-f]{2}/g;

/**
 * Custom claims as they travel in the context: strings, numbers and booleans as strings, a list of words as
 * one string, separated by spaces, and all else together as base64url of a JSON object, which survives every
 * gateway and mapping. A claim that the token does not have, or that is null or an empty string, has no key.
 *
 * @param names the claim of each name in the context
 */
export function toCustomContext(
  identity: Pick<Identity, "claims">,
  names: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const plain: Record<string, string> = {};
  const others: Record<string, unknown> = {};
  for (const [name, claim] of Object.entries(names)) {
    const value = getClaim(identity, claim) ?? "";
    if (value === "") continue;
    const text = toPlainText(value);
    if (text !== undefined) plain[name] = text;
    else others[name] = value;
  }
  if (Object.keys(others).length > 0)
    plain["custom_claims"] = Buffer.from(toJson(others)).toString("base64url");
  return plain;
}

/** Half a character becomes U+FFFD, as in every language whose strings cannot hold one, such as Go. */
function toJson(value: unknown): string {
  return JSON.stringify(value).replace(BACKSLASH_OR_HALF, (found) => (found === "\\\\" ? found : "\ufffd"));
}

/** Why a caller with so much in these claims is denied, if so. */
export function checkCustomClaims(custom: Readonly<Record<string, string>>): Denial | undefined {
  const bytes = Object.entries(custom).reduce((sum, [name, value]) => sum + name.length + value.length, 0);
  return bytes > MAX_CUSTOM_CLAIMS_BYTES ? { reason: "claims_too_large" } : undefined;
}

function toPlainText(value: unknown): string | undefined {
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (typeof value === "string") return PLAIN.test(value) ? value : undefined;
  return isWordList(value) ? value.join(" ") : undefined;
}

function isWordList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string" && PLAIN_WORD.test(item));
}
