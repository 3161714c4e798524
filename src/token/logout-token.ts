import { AuthorizerError } from "../errors.ts";
import {
  checkIssuer,
  optionalString,
  optionalStrings,
  requireNumericDate,
  requireString,
  type ClaimRules,
} from "./claims.ts";
import { checkHeader, decodeUnverifiedJwt, getOwn, readMediaType } from "./jwt.ts";
import type { JsonObject, UnverifiedJwt } from "./jwt.ts";
import type { JwtVerifierOptions } from "./verify.ts";

/** What a logout token must say to be meant for one of these applications. */
export type LogoutTokenRules = Pick<ClaimRules, "issuers" | "clientIds" | "clockToleranceSeconds">;

/** What an acceptable logout token says. */
export interface LogoutTokenClaims {
  readonly issuer: string;
  /** The session that has ended (`sid`). */
  readonly sessionId: string;
  /** Seconds since the epoch. */
  readonly issuedAt: number;
}

export interface LogoutTokenVerifierOptions extends Omit<JwtVerifierOptions, "rules"> {
  readonly rules: LogoutTokenRules;
}

/** The event that makes a JWT a logout token (OIDC Back-Channel Logout 1.0 §2.4). */
const LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout";
/** The specification recommends the first; Auth0 sends the second; RFC 7515 lets it be left out. */
const TYPES: readonly (string | undefined)[] = ["logout+jwt", "jwt", undefined];

/**
 * Verifies logout tokens (OIDC Back-Channel Logout 1.0 §2.6), by the keys of ID tokens and by rules of their own.
 *
 * A token without `sid` would mean every session of its user. It does not say who caused it, and is rejected, as the
 * specification provides for with `backchannel_logout_session_required` (§2.2).
 *
 * @returns a function that throws AuthorizerError where the token is not acceptable, or its key cannot be had
 */
export function createLogoutTokenVerifier({
  rules,
  getKeySet,
  clock,
}: LogoutTokenVerifierOptions): (token: string) => Promise<LogoutTokenClaims> {
  return async (token) => {
    const jwt = decodeUnverifiedJwt(token);
    const kid = checkHeader(jwt.header);
    const claims = parseLogoutToken(jwt, rules, clock() / 1000);
    const key = await getKeySet(claims.issuer).key(kid);
    key.verifySignature(jwt);
    return claims;
  };
}

/**
 * Checks what a logout token says, not who signed it.
 *
 * @param now seconds since the epoch
 * @throws AuthorizerError with the first rule that is broken
 */
export function parseLogoutToken(
  jwt: UnverifiedJwt,
  rules: LogoutTokenRules,
  now: number,
): LogoutTokenClaims {
  const issuer = checkIssuer(jwt.claims, rules);
  checkAudience(jwt.claims, rules);
  checkTokenType(jwt);
  const issuedAt = checkLifetime(jwt.claims, rules, now);
  requireString(jwt.claims, "jti");
  optionalString(jwt.claims, "sub");
  return { issuer, issuedAt, sessionId: requireString(jwt.claims, "sid") };
}

/** As in ID tokens (OIDC Core §3.1.3.7, rule 3): every audience is one of ours. */
function checkAudience(claims: JsonObject, { clientIds }: LogoutTokenRules): void {
  const audience = optionalStrings(claims, "aud");
  if (audience === undefined) throw new AuthorizerError("missing_claim", "aud");
  const isOurs = audience.length > 0 && audience.every((value) => clientIds.includes(value));
  if (!isOurs) throw new AuthorizerError("unknown_audience");
}

/** What tells it from an ID token (§2.4 and §4.1): the event, and that it has no `nonce`. */
function checkTokenType({ header, claims }: UnverifiedJwt): void {
  if (!TYPES.includes(readMediaType(header))) throw new AuthorizerError("wrong_token_type", "typ");
  if (Object.hasOwn(claims, "nonce")) throw new AuthorizerError("wrong_token_type", "nonce");
  const events = getOwn(claims, "events");
  if (!isObject(events) || !isObject(getOwn(events, LOGOUT_EVENT)))
    throw new AuthorizerError("wrong_token_type", "events");
}

/** `iat` and `exp` are required. */
function checkLifetime(claims: JsonObject, rules: LogoutTokenRules, now: number): number {
  const tolerance = rules.clockToleranceSeconds;
  const issuedAt = requireNumericDate(claims, "iat");
  if (now >= requireNumericDate(claims, "exp") + tolerance) throw new AuthorizerError("expired");
  const notBefore = getOwn(claims, "nbf") === undefined ? issuedAt : requireNumericDate(claims, "nbf");
  if (Math.max(issuedAt, notBefore) > now + tolerance) throw new AuthorizerError("not_yet_valid");
  return issuedAt;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
