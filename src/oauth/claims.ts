import { Refusal } from "../refusal.ts";
import type { Step } from "../step.ts";
import { actorsIn } from "./actor.ts";
import { isStrings, numericDate, optionalStrings, optionalText, text } from "./claim-values.ts";
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

const MEDIA_TYPE_PREFIX = "application/";
/** Auth0 puts these into access tokens only, and lets nobody else set them: in an ID token the kinds are confused. */
const ACCESS_TOKEN_CLAIMS = ["permissions", "gty", "client_id"] as const;

/** What every acceptable token says. */
interface CommonClaims {
  readonly issuer: string;
  readonly subject: string;
  /** Seconds since the epoch. */
  readonly issuedAt: number;
  /** Seconds since the epoch. */
  readonly expiresAt: number;
  readonly organization: Organization | undefined;
  /** The subject of whoever acts for the user: the outermost `act` of a delegated token (RFC 8693 §4.1). */
  readonly actor: string | undefined;
  /** The subjects of the whole chain of `act`, outermost first; empty without one. */
  readonly actors: readonly string[];
  /** Every claim by its name, for those that only the settings know. Read them with {@link member}. */
  readonly all: JsonObject;
}

/** The organization that the user signed in to: Auth0's `org_id` and `org_name`. */
export interface Organization {
  readonly id: string | undefined;
  readonly name: string | undefined;
}

/** An ID token (OIDC Core §2). */
interface IdTokenClaims extends CommonClaims {
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

/** Whom a token is for, and which kind of token that makes it. */
interface Audience {
  readonly use: TokenUse;
  readonly values: readonly string[];
}

type IdTokenParts = Pick<IdTokenClaims, "use" | "clientId">;
type AccessTokenParts = Pick<AccessTokenClaims, "use" | "clientId" | "scopes" | "permissions" | "grantTypes">;

/** What the claims go through, in this order. */
export type ClaimStep = "audience" | "kind" | "subject" | "times" | "binding";

type SubjectParts = Pick<CommonClaims, "subject" | "organization" | "actor" | "actors">;
type TimeParts = Pick<CommonClaims, "issuedAt" | "expiresAt">;

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
  const issuer = text(claims, "iss");
  if (!issuers.includes(issuer)) throw new Refusal("unknown_issuer");
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
  const kind = step("kind", parseKind, jwt, audience, rules);
  const subject = step("subject", parseSubject, jwt.claims);
  const times = step("times", checkTimes, jwt.claims, { rules, now, cutoff });
  step("binding", checkUnbound, jwt.claims);
  return { issuer, ...kind, ...subject, ...times, all: jwt.claims };
}

function parseAudience(claims: JsonObject, { clientIds, audiences }: ClaimRules): Audience {
  const values = optionalStrings(claims, "aud");
  if (values === undefined) throw new Refusal("missing_claim", "aud");
  const forApplication = values.some((value) => clientIds.includes(value));
  const forApi = values.some((value) => audiences.includes(value));
  if (forApplication && forApi) throw new Refusal("ambiguous_audience");
  if (!forApplication && !forApi) throw new Refusal("unknown_audience");
  return { use: forApplication ? "id" : "access", values };
}

function parseKind(
  jwt: UnverifiedJwt,
  { use, values }: Audience,
  rules: ClaimRules,
): IdTokenParts | AccessTokenParts {
  return use === "id" ? parseIdToken(jwt, values, rules) : parseAccessToken(jwt, rules);
}

function parseIdToken(
  { header, claims }: UnverifiedJwt,
  audience: readonly string[],
  { clientIds }: ClaimRules,
): IdTokenParts {
  const typ = mediaType(header);
  if (typ !== undefined && typ !== "jwt") throw new Refusal("wrong_token_type", "typ");
  refuseClaims(claims, ["events", ...ACCESS_TOKEN_CLAIMS]);
  return { use: "id", clientId: authorizedParty(audience, optionalText(claims, "azp"), clientIds) };
}

/** OIDC Core §3.1.3.7, rules 3 to 5: every audience is one of ours, and so is `azp`, which several need. */
function authorizedParty(
  [first = "", ...others]: readonly string[],
  azp: string | undefined,
  clientIds: readonly string[],
): string {
  if (![first, ...others].every((value) => clientIds.includes(value))) throw new Refusal("unknown_audience");
  if (others.length > 0 && azp === undefined) throw new Refusal("missing_claim", "azp");
  if (azp !== undefined && !clientIds.includes(azp)) throw new Refusal("invalid_claim", "azp");
  return azp ?? first;
}

function parseAccessToken(
  { header, claims }: UnverifiedJwt,
  { accessTokenProfile }: ClaimRules,
): AccessTokenParts {
  refuseClaims(claims, ["events", "nonce"]);
  const typ = mediaType(header);
  if (typ === "at+jwt") checkRfc9068Claims(claims);
  else if (typ !== "jwt" || accessTokenProfile === "rfc9068") throw new Refusal("wrong_token_type", "typ");
  return {
    use: "access",
    clientId: clientOf(claims),
    scopes: optionalText(claims, "scope")?.split(" ").filter(Boolean) ?? [],
    grantTypes: optionalStrings(claims, "gty") ?? [],
    permissions: permissions(claims),
  };
}

/** RFC 9068 §2.2, beyond the claims that every token here must have. */
function checkRfc9068Claims(claims: JsonObject): void {
  text(claims, "client_id");
  text(claims, "jti");
}

/** Auth0's own profile names the client `azp`, RFC 9068 `client_id`; both together must agree. */
function clientOf(claims: JsonObject): string | undefined {
  const azp = optionalText(claims, "azp");
  const clientId = optionalText(claims, "client_id");
  if (azp !== undefined && clientId !== undefined && azp !== clientId)
    throw new Refusal("invalid_claim", "azp");
  return azp ?? clientId;
}

/** Auth0's RBAC: a list, and nothing else. */
function permissions(claims: JsonObject): readonly string[] {
  const values = member(claims, "permissions");
  if (values === undefined) return [];
  if (!isStrings(values)) throw new Refusal("invalid_claim", "permissions");
  return values;
}

/** RFC 7519 §4.1.2 and §4.1.7, and Auth0's organizations. */
function parseSubject(claims: JsonObject): SubjectParts {
  const subject = text(claims, "sub");
  optionalText(claims, "jti");
  const [id, name] = [optionalText(claims, "org_id"), optionalText(claims, "org_name")];
  const organization = id === undefined && name === undefined ? undefined : { id, name };
  const act = member(claims, "act");
  const actors = act === undefined ? [] : actorsIn(act);
  return { subject, organization, actor: actors[0], actors };
}

/** RFC 7519 §4.1.4 to §4.1.6; `exp` and `iat` are required. */
function checkTimes(
  claims: JsonObject,
  { rules, now, cutoff = -Infinity }: Omit<ClaimContext, "issuer">,
): TimeParts {
  const tolerance = rules.clockToleranceSeconds;
  const exp = numericDate(claims, "exp");
  const iat = numericDate(claims, "iat");
  const nbf = member(claims, "nbf") === undefined ? iat : numericDate(claims, "nbf");
  if (now >= exp + tolerance) throw new Refusal("expired");
  if (Math.max(iat, nbf) > now + tolerance) throw new Refusal("not_yet_valid");
  // No tolerance: `iat` and the cutoff are compared with each other, not with a clock.
  if (iat < cutoff) throw new Refusal("issued_before_cutoff");
  return { issuedAt: iat, expiresAt: exp };
}

/** A bearer request proves no key: RFC 9449 §7.2 (DPoP), RFC 8705 §3 (mutual TLS). */
function checkUnbound(claims: JsonObject): void {
  if (Object.hasOwn(claims, "cnf")) throw new Refusal("sender_constrained_token");
}

function refuseClaims(claims: JsonObject, names: readonly string[]): void {
  const present = names.find((name) => Object.hasOwn(claims, name));
  if (present !== undefined) throw new Refusal("wrong_token_type", present);
}

/**
 * The `typ` header in lower case, which is a media type whose `application/` may be left out (RFC 7515 §4.1.9).
 *
 * @throws Refusal `wrong_token_type` where it is no text
 */
export function mediaType(header: JsonObject): string | undefined {
  const typ = member(header, "typ");
  if (typ === undefined) return undefined;
  if (typeof typ !== "string") throw new Refusal("wrong_token_type", "typ");
  const type = typ.toLowerCase();
  return type.startsWith(MEDIA_TYPE_PREFIX) ? type.slice(MEDIA_TYPE_PREFIX.length) : type;
}
