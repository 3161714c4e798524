import type { Settings } from "../settings/settings.ts";
import type { AccessTokenClaims, Organization, TokenClaims, TokenUse } from "../token/claims.ts";
import { getOwn, type JsonObject } from "../token/jwt.ts";

/** Who a verified token speaks of. (`issuer`, `subject`) identifies the user; the email does not (OIDC Core §5.7). */
export interface Identity {
  readonly subject: string;
  readonly principalType: PrincipalType;
  readonly email: Email;
  readonly tokenUse: TokenUse;
  readonly issuer: string;
  /** The API or application of the settings that the token is meant for. */
  readonly audience: string;
  readonly clientId: string | undefined;
  /** Whole seconds since the epoch. */
  readonly expiresAt: number;
  readonly scopes: readonly string[];
  readonly permissions: readonly string[];
  readonly organization: Organization | undefined;
  /** The subjects of those who act for the user in a delegated token, the current one first (RFC 8693 §4.1). */
  readonly actors: readonly string[];
  /** Every claim of the token. Read them with {@link getClaim}. */
  readonly claims: JsonObject;
}

/** What a token speaks of: a user, an AI agent or a machine that acts for itself, or a visitor without an account. */
type PrincipalType = "user" | "agent" | "machine" | "anonymous";

/** An address is byte for byte what Auth0 signed; one that is not plain ASCII is not carried at all. */
export type Email =
  | { readonly kind: "address"; readonly address: string; readonly verified: boolean | undefined }
  | { readonly kind: "missing" }
  | { readonly kind: "unsupported" };

/** Of the settings, the one that says where the email is. */
export type IdentityRules = Pick<Settings, "emailClaim">;

const MISSING: Email = { kind: "missing" };
const UNSUPPORTED: Email = { kind: "unsupported" };
/** RFC 5321 §4.5.3.1: a path has 256 characters with its angle brackets. */
const MAX_EMAIL_LENGTH = 254;
/** Printable ASCII around exactly one `@`, without the `"` and `\` of quoted local parts. */
const PLAIN_ADDRESS = /^[!#-?A-[\]-~]+@[!#-?A-[\]-~]+$/;
/** Auth0 sends the first and documents the second, which is how OAuth spells it (RFC 6749 §4.4.2). */
const CLIENT_CREDENTIALS: readonly string[] = ["client-credentials", "client_credentials"];
/** How Auth0 begins the subject of an anonymous session. */
const ANONYMOUS_PREFIX = "anon@";

/** A claim that only the settings name; undefined where the token does not have it. */
export function getClaim({ claims }: Pick<Identity, "claims">, name: string): unknown {
  return getOwn(claims, name);
}

/** The identity that a token gives its bearer. A token's rights are an access token's only. */
export function toIdentity(claims: TokenClaims, { emailClaim }: IdentityRules): Identity {
  const { subject, issuer, audience, clientId, organization, actors, expiresAt, use } = claims;
  const isIdToken = claims.use === "id";
  return {
    subject,
    principalType: getPrincipalType(claims),
    email: readEmail(claims.all, isIdToken ? "email" : emailClaim),
    tokenUse: use,
    issuer,
    audience,
    clientId,
    expiresAt: Math.floor(expiresAt),
    scopes: isIdToken ? [] : claims.scopes,
    permissions: isIdToken ? [] : claims.permissions,
    organization,
    actors,
    claims: claims.all,
  };
}

/** Words of `client_profile` for applications in which a person may be signed in. */
const USER_FACING_PROFILES: readonly string[] = ["user", "browser_app", "native_app"];

/**
 * Auth0 says by `sub_profile` what the subject is. Without it, `client_profile` says what the application is, which is the
 * subject's own profile only if the application does not act for a user (`act`).
 *
 * @see https://auth0.com/docs/get-started/auth0-overview/ai-agents-mcp (Agent identity in tokens)
 */
function getPrincipalType(claims: TokenClaims): PrincipalType {
  const subjectProfile = readProfile(claims.all, "sub_profile");
  if (subjectProfile.length > 0) return toPrincipalType(subjectProfile);
  const clientProfile = claims.actors.length === 0 ? readProfile(claims.all, "client_profile") : [];
  const isUserFacing = clientProfile.every((word) => USER_FACING_PROFILES.includes(word));
  return isUserFacing ? guessPrincipalType(claims) : toPrincipalType(clientProfile);
}

/** The words of a profile; a value that is not a string is a profile that matches none. */
function readProfile(claims: JsonObject, name: string): readonly string[] {
  const value = getOwn(claims, name);
  if (value === undefined) return [];
  return typeof value === "string" ? value.split(" ").filter(Boolean) : [name];
}

/** Only a profile that says `user`, and nothing else, is a person's; one without a known word is a machine's. */
function toPrincipalType(profile: readonly string[]): PrincipalType {
  if (profile.includes("ai_agent")) return "agent";
  return profile.every((word) => word === "user") ? "user" : "machine";
}

/**
 * Without profiles Auth0 marks a machine by its subject and, in its own token profile, by `gty`, of which a refreshed
 * token has several; RFC 9068 §2.2 makes it its own subject.
 */
function guessPrincipalType(claims: TokenClaims): PrincipalType {
  const { subject } = claims;
  if (subject.startsWith(ANONYMOUS_PREFIX)) return "anonymous";
  return subject.endsWith("@clients") || (claims.use === "access" && isOwnSubject(claims))
    ? "machine"
    : "user";
}

function isOwnSubject({ subject, clientId, grantTypes }: AccessTokenClaims): boolean {
  return subject === clientId || grantTypes.some((grantType) => CLIENT_CREDENTIALS.includes(grantType));
}

function readEmail(claims: JsonObject, claim: string | undefined): Email {
  if (claim === undefined) return MISSING;
  const address = getOwn(claims, claim);
  if (address === undefined || address === null || address === "") return MISSING;
  if (typeof address !== "string" || address.length > MAX_EMAIL_LENGTH || !PLAIN_ADDRESS.test(address)) {
    return UNSUPPORTED;
  }
  // Some enterprise connections send a text here, which says nothing.
  const verified = getOwn(claims, `${claim}_verified`);
  return { kind: "address", address, verified: typeof verified === "boolean" ? verified : undefined };
}
