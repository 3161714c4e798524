import { isUtf8 } from "node:buffer";
import { AuthorizerError } from "../errors.ts";
import { MAX_TOKEN_BYTES } from "./bearer.ts";

/** A JSON object as it came in. Read it with {@link getOwn}: it may name anything, `__proto__` included. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** The parts of a JWT that is not verified yet. */
export interface UnverifiedJwt {
  readonly header: JsonObject;
  readonly claims: JsonObject;
}

/** A compact JWS taken apart: what it says, and the text of its three parts that was signed and that signs. */
export interface DecodedJwt extends UnverifiedJwt {
  /** The token as it was sent. */
  readonly token: string;
  readonly parts: readonly [header: string, payload: string, signature: string];
}

/** Tokens have some thirty. A parser takes as long for two thousand brackets as for eight verifications. */
const MAX_JSON_MEMBERS = 500;
const MEDIA_TYPE_PREFIX = "application/";
const MEMBER_MARKS = ["[", "{", ":"] as const;
/** Parameters that change how a signature is checked or name a key from outside (RFC 7515 §4.1, RFC 7797). */
const REJECTED_PARAMETERS = ["crit", "b64", "zip", "jwk", "jku", "x5u", "x5c"] as const;

/**
 * Takes a compact JWS apart (RFC 7515 §7.1, RFC 7519 §7.2). It does NOT verify anything.
 *
 * @throws AuthorizerError `token_too_large`, `opaque_or_encrypted_token` or `malformed_token`
 */
export function decodeUnverifiedJwt(token: string): DecodedJwt {
  if (token.length > MAX_TOKEN_BYTES) throw new AuthorizerError("token_too_large");
  const parts = token.split(".");
  if (parts.length === 1 || parts.length === 5) throw new AuthorizerError("opaque_or_encrypted_token");
  if (parts.length !== 3) throw new AuthorizerError("malformed_token");
  const [header, payload, signature] = parts as [string, string, string];
  const [headerBytes, payloadBytes] = [decodePart(header), decodePart(payload), decodePart(signature)];
  return {
    header: parseJsonObject(headerBytes),
    claims: parseJsonObject(payloadBytes),
    token,
    parts: [header, payload, signature],
  };
}

/** An own member of a JSON object, so that `constructor` and a polluted prototype read as absent. */
export function getOwn(object: JsonObject, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

/**
 * The key ID of an acceptable header (RFC 7515 §4.1, RFC 8725 §3.1): RS256 and nothing that steers verification.
 *
 * @throws AuthorizerError `unsupported_algorithm` or `unsupported_header`
 */
export function checkHeader(header: JsonObject): string {
  if (getOwn(header, "alg") !== "RS256") throw new AuthorizerError("unsupported_algorithm");
  if (REJECTED_PARAMETERS.some((name) => Object.hasOwn(header, name)))
    throw new AuthorizerError("unsupported_header");
  const kid = getOwn(header, "kid");
  if (typeof kid !== "string" || kid === "") throw new AuthorizerError("unsupported_header", "no kid");
  return kid;
}

/**
 * The `typ` header in lower case, which is a media type whose `application/` may be left out (RFC 7515 §4.1.9).
 *
 * @throws AuthorizerError `wrong_token_type` where it is not a string
 */
export function readMediaType(header: JsonObject): string | undefined {
  const typ = getOwn(header, "typ");
  if (typ === undefined) return undefined;
  if (typeof typ !== "string") throw new AuthorizerError("wrong_token_type", "typ");
  const type = typ.toLowerCase();
  return type.startsWith(MEDIA_TYPE_PREFIX) ? type.slice(MEDIA_TYPE_PREFIX.length) : type;
}

/**
 * The bytes of unpadded base64url, or undefined where Node.js would encode them otherwise: with a foreign letter, or
 * with stray bits at the end (RFC 4648 §3.5). So every value has one spelling.
 */
export function decodeBase64url(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, "base64url");
  return bytes.toString("base64url") === text ? bytes : undefined;
}

function decodePart(part: string): Buffer {
  const bytes = decodeBase64url(part);
  if (bytes === undefined || part === "") throw new AuthorizerError("malformed_token");
  return bytes;
}

function parseJsonObject(bytes: Buffer): JsonObject {
  if (!isUtf8(bytes)) throw new AuthorizerError("malformed_token", "not UTF-8");
  const text = bytes.toString();
  if (hasTooManyMembers(text))
    throw new AuthorizerError("token_too_large", `more than ${MAX_JSON_MEMBERS} members`);
  const value = parseJson(text);
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new AuthorizerError("malformed_token", "not a JSON object");
  }
  return value as JsonObject;
}

/** Counts more than there are where a text of the token looks like JSON, and never fewer. */
function hasTooManyMembers(json: string): boolean {
  let members = 0;
  for (const mark of MEMBER_MARKS) {
    for (let at = json.indexOf(mark); at >= 0; at = json.indexOf(mark, at + 1)) {
      if (mark !== ":" || followsName(json, at)) members += 1;
      if (members > MAX_JSON_MEMBERS) return true;
    }
  }
  return false;
}

/** JSON allows white space between a name and its colon. */
function followsName(json: string, colon: number): boolean {
  let at = colon - 1;
  while (" \t\n\r".includes(json[at] ?? '"')) at -= 1;
  return json[at] === '"';
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's message quotes the text, which may be personal: it must not become a cause.
    throw new AuthorizerError("malformed_token", "not JSON");
  }
}
