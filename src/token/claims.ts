import { AuthorizerError } from "../errors.ts";
import { parseAccessToken } from "./access-token.ts";
import { parseIdToken } from "./id-token.ts";
import { type UnverifiedJwt, type JsonObject, getOwn } from "./jwt.ts";
import {
  type TokenUse,
  type CommonClaims,
  type ClaimRules,
  requireString,
  type TokenClaims,
  optionalStrings,
  type IdTokenParts,
  type AccessTokenParts,
  optionalString,
  actorsIn,
  requireNumericDate,
} from "./read-claims.ts";
import type { Step } from "./step.ts";

/** Whom a token is for, and which kind of token that makes it. */
interface Audience {
  readonly use: TokenUse;
  readonly values: readonly string[];
}

/** What the claims go through, in this order. */
export type ClaimStep = "audience" | "kind" | "subject" | "times" | "binding";

type SubjectParts = Pick<CommonClaims, "subject" | "organization" | "actor" | "actors">;

type LifetimeParts = Pick<CommonClaims, "issuedAt" | "expiresAt">;

export interface ClaimContext {
  /** As {@link checkIssuer} found it. */
  readonly issuer: string;
  readonly rules: ClaimRules;
  /** Seconds since the epoch. */
  readonly now: number;
  /** Seconds since the epoch: tokens that were issued before are refused. */
  readonly cutoff?: number | undefined;
}

/**
 * The issuer, if it is one of ours: RFC 8725 §3.8, by exact comparison of strings (RFC 7519 §4.1.1).
 *
 * @throws Refusal `unknown_issuer`
 */
export function checkIssuer({ claims }: UnverifiedJwt, { issuers }: Pick<ClaimRules, "issuers">): string {
  const issuer = requireString(claims, "iss");
  if (!issuers.includes(issuer)) throw new AuthorizerError("unknown_issuer");
  return issuer;
}

/**
 * Checks what a token says, not who signed it. Two rule sets that never merge (RFC 8725 §3.12): `aud` decides
 * whether the token is read as an ID token (OIDC Core §3.1.3.7) or as an access token (RFC 9068 §4).
 *
 * @throws Refusal with the first rule that is broken
 */
export function parseClaims(jwt: UnverifiedJwt, context: ClaimContext, step: Step<ClaimStep>): TokenClaims {
  const { issuer, rules, now, cutoff } = context;
  const audience = step("audience", parseAudience, jwt.claims, rules);
  const kind = step("kind", parseByTokenType, jwt, audience, rules);
  const subject = step("subject", parseSubject, jwt.claims);
  const times = step("times", checkLifetime, jwt.claims, { rules, now, cutoff });
  step("binding", checkSenderConstraint, jwt.claims);
  return { issuer, ...kind, ...subject, ...times, all: jwt.claims };
}

function parseAudience(claims: JsonObject, { clientIds, audiences }: ClaimRules): Audience {
  const values = optionalStrings(claims, "aud");
  if (values === undefined) throw new AuthorizerError("missing_claim", "aud");
  const forApplication = values.some((value) => clientIds.includes(value));
  const forApi = values.some((value) => audiences.includes(value));
  if (forApplication && forApi) throw new AuthorizerError("ambiguous_audience");
  if (!forApplication && !forApi) throw new AuthorizerError("unknown_audience");
  return { use: forApplication ? "id" : "access", values };
}

function parseByTokenType(
  jwt: UnverifiedJwt,
  { use, values }: Audience,
  rules: ClaimRules,
): IdTokenParts | AccessTokenParts {
  return use === "id" ? parseIdToken(jwt, values, rules) : parseAccessToken(jwt, rules);
}

/** RFC 7519 §4.1.2 and §4.1.7, and Auth0's organizations. */
function parseSubject(claims: JsonObject): SubjectParts {
  const subject = requireString(claims, "sub");
  optionalString(claims, "jti");
  const [id, name] = [optionalString(claims, "org_id"), optionalString(claims, "org_name")];
  const organization = id === undefined && name === undefined ? undefined : { id, name };
  const act = getOwn(claims, "act");
  const actors = act === undefined ? [] : actorsIn(act);
  return { subject, organization, actor: actors[0], actors };
}

/** RFC 7519 §4.1.4 to §4.1.6; `exp` and `iat` are required. */
function checkLifetime(
  claims: JsonObject,
  { rules, now, cutoff = -Infinity }: Omit<ClaimContext, "issuer">,
): LifetimeParts {
  const tolerance = rules.clockToleranceSeconds;
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
