import { Refusal } from "../refusal.ts";
import { member, type JsonObject, type UnverifiedJwt } from "./jwt.ts";

/** OpenID Connect's two kinds of token that Auth0 issues as JWTs. */
export type TokenUse = "id" | "access";

/** What a token must say to be meant for this API. Durations are in seconds. */
export interface ClaimRules {
  /** Exact issuer identifiers, with Auth0's trailing slash. */
  readonly issuers: readonly string[];
  /** Client IDs of the applications whose ID tokens count. */
  readonly clientIds: readonly string[];
  /** API identifiers for which access tokens count. */
  readonly audiences: readonly string[];
  readonly accessTokenProfile: "auth0" | "rfc9068";
  readonly clockToleranceSeconds: number;
}

/** The end of the year 9999, a minute early: dates in policies have four-digit years, and the tolerance is added. */
const LATEST_DATE = 253_402_300_739;
const MEDIA_TYPE_PREFIX = "application/";
/** Auth0 puts these into access tokens only; in an ID token they mean that the two kinds were confused. */
const ACCESS_TOKEN_CLAIMS = ["scope", "permissions", "gty", "client_id"] as const;

export type ClaimRule = "issuer" | "audience" | "kind" | "subject" | "times" | "binding";

/** @throws Refusal where the rule is broken */
type ClaimCheck = (jwt: UnverifiedJwt, rules: ClaimRules, now: number) => unknown;

/** What a token must say, in the order in which it is asked. */
export const CLAIM_CHECKS: Readonly<Record<ClaimRule, ClaimCheck>> = {
  issuer: checkIssuer,
  audience: tokenUse,
  kind: checkKind,
  subject: checkSubject,
  times: checkTimes,
  binding: checkUnbound,
};
const ALL_CHECKS = Object.values(CLAIM_CHECKS);

/**
 * Judges what a token says, not who signed it. Two rule sets that never merge (RFC 8725 §3.12): `aud` decides
 * whether the token is read as an ID token (OIDC Core §3.1.3.7) or as an access token (RFC 9068 §4).
 *
 * @param now seconds since the epoch
 * @throws Refusal with the first rule that is broken
 */
export function checkClaims(jwt: UnverifiedJwt, rules: ClaimRules, now: number): TokenUse {
  for (const check of ALL_CHECKS) check(jwt, rules, now);
  return tokenUse(jwt, rules);
}

/** RFC 8725 §3.8; exact comparison of strings (RFC 7519 §4.1.1). */
function checkIssuer({ claims }: UnverifiedJwt, { issuers }: ClaimRules): void {
  if (!issuers.includes(text(claims, "iss"))) throw new Refusal("unknown_issuer");
}

function audience(claims: JsonObject): readonly string[] {
  const values = optionalStrings(claims, "aud");
  if (values === undefined) throw new Refusal("missing_claim", "aud");
  return values;
}

/**
 * Which kind of token the audience makes it.
 *
 * @throws Refusal where it is neither, or both
 */
export function tokenUse({ claims }: UnverifiedJwt, { clientIds, audiences }: ClaimRules): TokenUse {
  const aud = audience(claims);
  const forApplication = aud.some((value) => clientIds.includes(value));
  const forApi = aud.some((value) => audiences.includes(value));
  if (forApplication && forApi) throw new Refusal("ambiguous_audience");
  if (forApplication) return "id";
  if (forApi) return "access";
  throw new Refusal("unknown_audience");
}

function checkKind(jwt: UnverifiedJwt, rules: ClaimRules): void {
  if (tokenUse(jwt, rules) === "id") checkIdToken(jwt, rules);
  else checkAccessToken(jwt, rules);
}

function checkIdToken({ header, claims }: UnverifiedJwt, { clientIds }: ClaimRules): void {
  const typ = mediaType(header);
  if (typ !== undefined && typ !== "jwt") throw new Refusal("wrong_token_type", "typ");
  refuseClaims(claims, ["events", ...ACCESS_TOKEN_CLAIMS]);
  checkAuthorizedParty(audience(claims), optionalText(claims, "azp"), clientIds);
}

/** OIDC Core §3.1.3.7, rules 3 to 5: no audience is a stranger, and `azp` is one of ours. */
function checkAuthorizedParty(
  aud: readonly string[],
  azp: string | undefined,
  clientIds: readonly string[],
): void {
  if (!aud.every((value) => clientIds.includes(value))) throw new Refusal("unknown_audience");
  if (aud.length > 1 && azp === undefined) throw new Refusal("missing_claim", "azp");
  if (azp !== undefined && !clientIds.includes(azp)) throw new Refusal("invalid_claim", "azp");
}

function checkAccessToken({ header, claims }: UnverifiedJwt, { accessTokenProfile }: ClaimRules): void {
  refuseClaims(claims, ["events", "nonce"]);
  const typ = mediaType(header);
  if (typ === "at+jwt") checkRfc9068Claims(claims);
  else if (typ !== "jwt" || accessTokenProfile === "rfc9068") throw new Refusal("wrong_token_type", "typ");
  checkClient(claims);
  optionalText(claims, "scope");
  optionalStrings(claims, "gty");
  const permissions = member(claims, "permissions");
  if (permissions !== undefined && !isStrings(permissions)) throw new Refusal("invalid_claim", "permissions");
}

/** RFC 9068 §2.2, beyond the claims that every token here must have. */
function checkRfc9068Claims(claims: JsonObject): void {
  text(claims, "client_id");
  text(claims, "jti");
}

/** Auth0's own profile names the client `azp`, RFC 9068 `client_id`; both together must agree. */
function checkClient(claims: JsonObject): void {
  const azp = optionalText(claims, "azp");
  const clientId = optionalText(claims, "client_id");
  if (azp !== undefined && clientId !== undefined && azp !== clientId)
    throw new Refusal("invalid_claim", "azp");
}

/** RFC 7519 §4.1.2 and §4.1.7, and Auth0's organizations. */
function checkSubject({ claims }: UnverifiedJwt): void {
  text(claims, "sub");
  optionalText(claims, "jti");
  optionalText(claims, "org_id");
}

/** RFC 7519 §4.1.4 to §4.1.6; `exp` and `iat` are required. */
function checkTimes({ claims }: UnverifiedJwt, rules: ClaimRules, now: number): void {
  const tolerance = rules.clockToleranceSeconds;
  const exp = numericDate(claims, "exp");
  const iat = numericDate(claims, "iat");
  const nbf = member(claims, "nbf") === undefined ? iat : numericDate(claims, "nbf");
  if (now >= exp + tolerance) throw new Refusal("expired");
  if (Math.max(iat, nbf) > now + tolerance) throw new Refusal("not_yet_valid");
}

/** A bearer request proves no key: RFC 9449 §7.2 (DPoP), RFC 8705 §3 (mutual TLS). */
function checkUnbound({ claims }: UnverifiedJwt): void {
  if (Object.hasOwn(claims, "cnf")) throw new Refusal("sender_constrained_token");
}

function refuseClaims(claims: JsonObject, names: readonly string[]): void {
  const present = names.find((name) => Object.hasOwn(claims, name));
  if (present !== undefined) throw new Refusal("wrong_token_type", present);
}

/** The `typ` header, which is a media type whose `application/` may be left out (RFC 7515 §4.1.9). */
function mediaType(header: JsonObject): string | undefined {
  const typ = member(header, "typ");
  if (typ === undefined) return undefined;
  if (typeof typ !== "string") throw new Refusal("wrong_token_type", "typ");
  const type = typ.toLowerCase();
  return type.startsWith(MEDIA_TYPE_PREFIX) ? type.slice(MEDIA_TYPE_PREFIX.length) : type;
}

function text(claims: JsonObject, name: string): string {
  const value = optionalText(claims, name);
  if (value === undefined) throw new Refusal("missing_claim", name);
  if (value === "") throw new Refusal("invalid_claim", name);
  return value;
}

function optionalText(claims: JsonObject, name: string): string | undefined {
  const value = member(claims, name);
  if (value !== undefined && typeof value !== "string") throw new Refusal("invalid_claim", name);
  return value;
}

/** One string or several: RFC 7519 §4.1.3 has both forms for `aud`, and Auth0 for `gty`. */
function optionalStrings(claims: JsonObject, name: string): readonly string[] | undefined {
  const value = member(claims, name);
  if (typeof value === "string") return [value];
  if (value !== undefined && !isStrings(value)) throw new Refusal("invalid_claim", name);
  return value;
}

function numericDate(claims: JsonObject, name: string): number {
  const value = member(claims, name);
  if (value === undefined) throw new Refusal("missing_claim", name);
  if (typeof value !== "number" || !(Math.abs(value) <= LATEST_DATE))
    throw new Refusal("invalid_claim", name);
  return value;
}

function isStrings(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}
