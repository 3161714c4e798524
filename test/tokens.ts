import { sign } from "node:crypto";
import type { ClaimRules, TokenClaims } from "../src/token/claims.ts";
import { decodeUnverifiedJwt, type JsonObject } from "../src/token/jwt.ts";
import { AuthorizerError } from "../src/errors.ts";
import { createJwtVerifier, type JwtVerifierOptions, type VerifyOptions } from "../src/token/verify.ts";
import type { SigningKey } from "../src/testing/signing-key.ts";

/** Seconds since the epoch at which every token of these tests is checked. */
export const NOW = 1_800_000_000;
export const ISSUER = "https://acme.eu.auth0.com/";
export const CLIENT_ID = "WebApp";
export const AUDIENCE = "https://api.acme.com/";
export const EMAIL_CLAIM = "https://acme.com/email";

export const RULES: ClaimRules = {
  issuers: [ISSUER, "https://login.acme.com/"],
  clientIds: [CLIENT_ID, "MobileApp"],
  audiences: [AUDIENCE, "https://billing.acme.com/"],
  accessTokenProfile: "auth0",
  clockToleranceSeconds: 5,
};

/** What a test changes. A member of `undefined` is left out. */
export type Changes = Readonly<Record<string, unknown>>;

const COMMON = { iss: ISSUER, sub: "auth0|alice", iat: NOW - 60, exp: NOW + 3600 };

/** The least that an ID token must say. */
export const ID_TOKEN: JsonObject = { ...COMMON, aud: CLIENT_ID };
/** As Auth0's own profile has it. */
export const ACCESS_TOKEN: JsonObject = {
  ...COMMON,
  aud: [AUDIENCE, `${ISSUER}userinfo`],
  azp: CLIENT_ID,
  scope: "openid email",
};
/** As RFC 9068 has it. */
export const RFC9068_TOKEN: JsonObject = { ...COMMON, aud: AUDIENCE, client_id: CLIENT_ID, jti: "a1" };

/** The event of OIDC Back-Channel Logout 1.0 §2.4. */
export const LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout";
/** As Auth0 sends it to an application when a session ends; it lives for two minutes. */
export const LOGOUT_TOKEN: JsonObject = {
  ...COMMON,
  aud: CLIENT_ID,
  iat: NOW - 1,
  exp: NOW + 119,
  jti: "logout-1",
  sid: "session-1",
  events: { [LOGOUT_EVENT]: {} },
};

export const HEADER: JsonObject = { alg: "RS256", typ: "JWT", kid: "key-1" };
export const RFC9068_HEADER: JsonObject = { ...HEADER, typ: "at+jwt" };

/** As JSON would carry it: what is `undefined` is not there. */
export function changed(object: JsonObject, changes: Changes): JsonObject {
  return JSON.parse(JSON.stringify({ ...object, ...changes })) as JsonObject;
}

/** The claims of a token that keeps every rule about claims, whatever signed it. */
export function claimsOf(
  header: JsonObject,
  claims: JsonObject,
  rules: ClaimRules = RULES,
): Promise<TokenClaims> {
  const unchecked = { key: () => ({ verifySignature: () => undefined }) };
  const verify = createTokenVerifier({ rules, getKeySet: () => unchecked, clock: () => NOW * 1000 });
  return verify(`${encoded(header)}.${encoded(claims)}.${base64url("signature")}`);
}

/** Verifies a token from its text on. */
export function createTokenVerifier(
  options: JwtVerifierOptions,
): (token: string, options?: VerifyOptions) => Promise<TokenClaims> {
  const verify = createJwtVerifier(options);
  return async (token, verifyOptions) => verify(decodeUnverifiedJwt(token), verifyOptions);
}

/** What came of a check in one word: "accepted", or the reason and its detail. Other errors are thrown again. */
export function outcomeOf(check: () => unknown): string {
  try {
    check();
    return "accepted";
  } catch (error) {
    return toMessage(error);
  }
}

/** As {@link outcomeOf}, of a check that is still running. */
export function outcomeOfAsync(check: Promise<unknown>): Promise<string> {
  return check.then(() => "accepted", toMessage);
}

function toMessage(error: unknown): string {
  if (error instanceof AuthorizerError) return error.message;
  throw error;
}

export function base64url(text: string | Uint8Array): string {
  return Buffer.from(text as string).toString("base64url");
}

export function encoded(part: unknown): string {
  return base64url(JSON.stringify(part));
}

/** A token with exactly this text for its header and claims, JSON or not, signed with RS256. */
export function signText(header: string | Uint8Array, claims: string | Uint8Array, key: SigningKey): string {
  return signParts(`${base64url(header)}.${base64url(claims)}`, key);
}

/** Anything before the last dot, and an RS256 signature over it. */
export function signParts(signingInput: string, { privateKey }: SigningKey): string {
  return `${signingInput}.${sign("sha256", Buffer.from(signingInput), privateKey).toString("base64url")}`;
}
