import { AuthorizerError } from "../errors.ts";
import type { Settings } from "../settings/settings.ts";
import { type JsonObject, getOwn } from "./jwt.ts";

/** The end of the year 9999, a minute early: dates in policies have four-digit years, and the tolerance is added. */
const LATEST_DATE = 253_402_300_739;

/**
 * A claim that must be there, and be text.
 *
 * @throws AuthorizerError `missing_claim` or `invalid_claim`
 */
export function requireString(claims: JsonObject, name: string): string {
  const value = readString(claims, name);
  if (value === undefined) throw new AuthorizerError("missing_claim", name);
  if (value === "") throw new AuthorizerError("invalid_claim", name);
  return value;
}

/**
 * A claim that may be absent; an empty string counts as absent.
 *
 * @throws AuthorizerError `invalid_claim` if it is not a string
 */
export function optionalString(claims: JsonObject, name: string): string | undefined {
  const value = readString(claims, name);
  return value === "" ? undefined : value;
}

function readString(claims: JsonObject, name: string): string | undefined {
  const value = getOwn(claims, name);
  if (value !== undefined && typeof value !== "string") throw new AuthorizerError("invalid_claim", name);
  return value;
}

/** One string or several: RFC 7519 §4.1.3 has both forms for `aud`, and Auth0 for `gty`. */
export function optionalStrings(claims: JsonObject, name: string): readonly string[] | undefined {
  const value = getOwn(claims, name);
  if (typeof value === "string") return [value];
  if (value !== undefined && !isStrings(value)) throw new AuthorizerError("invalid_claim", name);
  return value;
}

/**
 * Seconds since the epoch (RFC 7519 §2, NumericDate).
 *
 * @throws AuthorizerError `missing_claim` or `invalid_claim`
 */
export function requireNumericDate(claims: JsonObject, name: string): number {
  const value = getOwn(claims, name);
  if (value === undefined) throw new AuthorizerError("missing_claim", name);
  if (typeof value !== "number" || !(Math.abs(value) <= LATEST_DATE))
    throw new AuthorizerError("invalid_claim", name);
  return value;
}

export function isStrings(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}

/**
 * The issuer, if the rules name it: RFC 8725 §3.8, by exact comparison of strings (RFC 7519 §4.1.1).
 *
 * @throws AuthorizerError `missing_claim`, `invalid_claim` or `unknown_issuer`
 */
export function checkIssuer(claims: JsonObject, { issuers }: Pick<ClaimRules, "issuers">): string {
  const issuer = requireString(claims, "iss");
  if (!issuers.includes(issuer)) throw new AuthorizerError("unknown_issuer");
  return issuer;
}

/** OpenID Connect's two types of token that Auth0 issues as JWTs. */
export type TokenUse = "id" | "access";

/** What a token must say to be meant for this API. Durations are in seconds. */
export interface ClaimRules {
  /** Exact issuer identifiers, with Auth0's trailing slash. */
  readonly issuers: readonly string[];
  /** Client IDs of the applications whose ID tokens count. */
  readonly clientIds: readonly string[];
  /** API identifiers for which access tokens count. */
  readonly audiences: readonly string[];
  readonly accessTokenProfile: Settings["accessTokenProfile"];
  readonly clockToleranceSeconds: number;
}

/** What every acceptable token says. */
export interface CommonClaims {
  readonly issuer: string;
  readonly subject: string;
  /** The API or application of the settings that the token is meant for. */
  readonly audience: string;
  /** Seconds since the epoch. */
  readonly issuedAt: number;
  /** Seconds since the epoch. */
  readonly expiresAt: number;
  readonly organization: Organization | undefined;
  /** The subjects of the whole chain of `act`, outermost first; empty without one. */
  readonly actors: readonly string[];
  /** Every claim by its name, for those that only the settings know. Read them with {@link getOwn}. */
  readonly all: JsonObject;
}

/** The organization that the user signed in to: Auth0's `org_id` and `org_name`. */
export interface Organization {
  readonly id: string | undefined;
  readonly name: string | undefined;
}

/** An ID token (OIDC Core §2). */
export interface IdTokenClaims extends CommonClaims {
  readonly use: "id";
  /** The application that the token was issued to. */
  readonly clientId: string;
}

/** An access token of Auth0's own profile or of RFC 9068. */
export interface AccessTokenClaims extends CommonClaims {
  readonly use: "access";
  readonly clientId: string | undefined;
  readonly scopes: readonly string[];
  readonly permissions: readonly string[];
  /** Auth0's `gty`: how the token was obtained. */
  readonly grantTypes: readonly string[];
}

/** What an acceptable token says, checked and typed. Whether it was signed is another question. */
export type TokenClaims = IdTokenClaims | AccessTokenClaims;

/** Auth0 nests no more (On-Behalf-Of token exchange). */
const MAX_ACTORS = 5;

/**
 * The subjects of those who act for the user, the current actor first, by the claim `act` of a delegated token (RFC 8693
 * §4.1). Earlier actors are nested in the later one: they tell nothing about rights, but a revoked one counts.
 *
 * @param most how many actors there may be
 * @throws AuthorizerError `invalid_claim`
 */
export function readActors(act: unknown, most: number = MAX_ACTORS): readonly string[] {
  if (typeof act !== "object" || act === null || Array.isArray(act) || most === 0)
    throw new AuthorizerError("invalid_claim", "act");
  const subject = getOwn(act as JsonObject, "sub");
  if (typeof subject !== "string" || subject === "") throw new AuthorizerError("invalid_claim", "act");
  const earlier = getOwn(act as JsonObject, "act");
  return earlier === undefined ? [subject] : [subject, ...readActors(earlier, most - 1)];
}
