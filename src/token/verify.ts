import { AuthorizerError } from "../errors.ts";
import {
  checkIssuer,
  optionalString,
  optionalStrings,
  readActors,
  requireNumericDate,
  requireString,
  type ClaimRules,
  type CommonClaims,
  type TokenClaims,
  type TokenUse,
} from "./claims.ts";
import { checkHeader, getOwn, type DecodedJwt, type JsonObject } from "./jwt.ts";
import type { KeySet } from "./keys/remote-key-set.ts";
import { parseAccessToken, parseIdToken } from "./token-types.ts";

/** The checks of a token, in their order. */
export type VerificationStep =
  | "header"
  | "issuer"
  | "audience"
  | "token-type"
  | "subject"
  | "lifetime"
  | "sender-constraint"
  | "key"
  | "signature";

export interface JwtVerifierOptions {
  readonly rules: ClaimRules;
  /** Seconds since the epoch: tokens that were issued before are not accepted. */
  readonly cutoff?: number | undefined;
  /** The key set of each issuer of the rules. */
  readonly getKeySet: (issuer: string) => KeySet;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
}

export interface VerifyOptions {
  /** Called with the name of each check before it is made, so that the last name is the check that failed. */
  readonly onStep?: ((step: VerificationStep) => void) | undefined;
  /** Which of the audiences and client IDs of the rules count for this request; undefined means all. */
  readonly audiences?: readonly string[] | undefined;
}

/**
 * Verifies a decoded token: its header, its claims and its signature.
 *
 * @throws AuthorizerError if the token is not acceptable, or its key is not available
 */
export type Verify = (jwt: DecodedJwt, options?: VerifyOptions) => Promise<TokenClaims>;

/**
 * Verifies ID tokens and access tokens. Cheap checks come first and the signature last, so that a token which was
 * never meant for this API costs neither a key nor a fetch.
 */
export function createJwtVerifier(options: JwtVerifierOptions): Verify {
  const { cutoff, getKeySet, clock } = options;
  return async (jwt, { onStep, audiences } = {}) => {
    const rules = narrowAudiences(options.rules, audiences);
    const { header, claims } = jwt;
    onStep?.("header");
    const kid = checkHeader(header);
    onStep?.("issuer");
    const issuer = checkIssuer(claims, rules);
    onStep?.("audience");
    const { use, audience } = checkAudience(claims, rules);
    onStep?.("token-type");
    const typed = use === "id" ? parseIdToken(jwt, rules) : parseAccessToken(jwt, rules);
    onStep?.("subject");
    const subject = parseSubject(claims);
    onStep?.("lifetime");
    const lifetime = checkLifetime(claims, clock() / 1000, rules.clockToleranceSeconds, cutoff);
    onStep?.("sender-constraint");
    checkSenderConstraint(claims);
    onStep?.("key");
    const key = await getKeySet(issuer).key(kid);
    onStep?.("signature");
    key.verifySignature(jwt);
    return { issuer, audience, ...typed, ...subject, ...lifetime, all: claims };
  };
}

/** The rules with only those of their audiences and client IDs that are accepted here; undefined accepts all. */
export function narrowAudiences<Rules extends Pick<ClaimRules, "clientIds" | "audiences">>(
  rules: Rules,
  accepted: readonly string[] | undefined,
): Rules {
  if (accepted === undefined) return rules;
  const isAccepted = (value: string): boolean => accepted.includes(value);
  return {
    ...rules,
    clientIds: rules.clientIds.filter(isAccepted),
    audiences: rules.audiences.filter(isAccepted),
  };
}

/**
 * The audience that the rules name, which decides by which rules a token is read: those of ID tokens or those of access
 * tokens.
 *
 * @throws AuthorizerError `missing_claim`, `unknown_audience` or `ambiguous_audience`
 */
export function checkAudience(
  claims: JsonObject,
  { clientIds, audiences }: Pick<ClaimRules, "clientIds" | "audiences">,
): { readonly use: TokenUse; readonly audience: string } {
  const values = optionalStrings(claims, "aud");
  if (values === undefined) throw new AuthorizerError("missing_claim", "aud");
  const application = values.find((value) => clientIds.includes(value));
  const api = values.find((value) => audiences.includes(value));
  if (application !== undefined && api !== undefined) throw new AuthorizerError("ambiguous_audience");
  if (application !== undefined) return { use: "id", audience: application };
  if (api !== undefined) return { use: "access", audience: api };
  throw new AuthorizerError("unknown_audience");
}

/** RFC 7519 §4.1.2 and §4.1.7, RFC 8693 §4.1, and Auth0's organizations. */
function parseSubject(claims: JsonObject): Pick<CommonClaims, "subject" | "organization" | "actors"> {
  const subject = requireString(claims, "sub");
  optionalString(claims, "jti");
  const [id, name] = [optionalString(claims, "org_id"), optionalString(claims, "org_name")];
  const organization = id === undefined && name === undefined ? undefined : { id, name };
  const act = getOwn(claims, "act");
  return { subject, organization, actors: act === undefined ? [] : readActors(act) };
}

/** RFC 7519 §4.1.4 to §4.1.6; `exp` and `iat` are required. All times are in seconds. */
function checkLifetime(
  claims: JsonObject,
  now: number,
  tolerance: number,
  cutoff = -Infinity,
): Pick<CommonClaims, "issuedAt" | "expiresAt"> {
  const exp = requireNumericDate(claims, "exp");
  const iat = requireNumericDate(claims, "iat");
  const nbf = getOwn(claims, "nbf") === undefined ? iat : requireNumericDate(claims, "nbf");
  if (now >= exp + tolerance) throw new AuthorizerError("expired");
  if (Math.max(iat, nbf) > now + tolerance) throw new AuthorizerError("not_yet_valid");
  // No tolerance: `iat` and the cutoff are compared with each other, not with a clock.
  if (iat < cutoff) throw new AuthorizerError("issued_before_cutoff");
  return { issuedAt: iat, expiresAt: exp };
}

/** A bearer request proves no key: RFC 9449 §7.2 (DPoP), RFC 8705 §3 (mutual TLS). */
function checkSenderConstraint(claims: JsonObject): void {
  if (Object.hasOwn(claims, "cnf")) throw new AuthorizerError("sender_constrained_token");
}
