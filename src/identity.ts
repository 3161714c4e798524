import type { TokenUse } from "./oauth/claims.ts";
import { member, type JsonObject } from "./oauth/jwt.ts";
import { Refusal } from "./refusal.ts";

/** Who a verified token speaks of. (`issuer`, `subject`) identifies the user; the e-mail does not (OIDC Core §5.7). */
export interface Identity {
  readonly subject: string;
  readonly email: Email;
  readonly tokenUse: TokenUse;
  readonly issuer: string;
  readonly clientId: string | undefined;
  /** Seconds since the epoch. */
  readonly expiresAt: number;
  readonly scopes: readonly string[];
  readonly permissions: readonly string[];
  readonly organization: string | undefined;
  /** Whether the token was issued to a machine for itself (client credentials). */
  readonly machine: boolean;
}

/** An address is byte for byte what Auth0 signed; one that is not plain ASCII is not carried at all. */
export type Email =
  | { readonly kind: "address"; readonly address: string; readonly verified: boolean | undefined }
  | { readonly kind: "missing" }
  | { readonly kind: "unsupported" };

export interface IdentityRules {
  /** The claim with the e-mail in access tokens; `CLAIM_verified` carries its verification. */
  readonly emailClaim: string | undefined;
}

const MISSING: Email = { kind: "missing" };
const UNSUPPORTED: Email = { kind: "unsupported" };
/** RFC 5321 §4.5.3.1: a path has 256 characters with its angle brackets. */
const MAX_EMAIL_LENGTH = 254;
/** Printable ASCII around exactly one `@`, without the `"` and `\` of quoted local parts. */
const PLAIN_ADDRESS = /^[!#-?A-[\]-~]+@[!#-?A-[\]-~]+$/;
/** Auth0 sends the first and documents the second, which is how OAuth spells it (RFC 6749 §4.4.2). */
const CLIENT_CREDENTIALS: readonly unknown[] = ["client-credentials", "client_credentials"];
/** What some gateway mangles or refuses in a context value: quotes, backslashes, controls, half a character. */
// As ranges, because `\p{…}` would load tables of Unicode, which a cold start notices.
// eslint-disable-next-line no-control-regex -- controls are what it looks for
const UNSAFE_IN_CONTEXT = /["\\\u0000-\u001f\u007f-\u009f\ud800-\udfff]/u;

/**
 * Claims that were verified, as an identity.
 *
 * @throws Refusal `invalid_claim` where a value could not be handed on unchanged
 */
export function identityFromClaims(use: TokenUse, claims: JsonObject, rules: IdentityRules): Identity {
  const subject = String(contextValue(claims, "sub"));
  return {
    subject,
    email: email(claims, use === "id" ? "email" : rules.emailClaim),
    tokenUse: use,
    issuer: String(member(claims, "iss")),
    clientId: clientId(use, claims),
    expiresAt: Math.floor(Number(member(claims, "exp"))),
    scopes: contextValue(claims, "scope")?.split(" ").filter(Boolean) ?? [],
    permissions: permissions(claims),
    organization: contextValue(claims, "org_id"),
    machine: isMachine(subject, claims),
  };
}

/**
 * Auth0 marks a machine by its subject and, in its own profile, by `gty`, of which a refreshed token has several;
 * RFC 9068 §2.2 makes it its own subject.
 */
function isMachine(subject: string, claims: JsonObject): boolean {
  const grants = member(claims, "gty") ?? [];
  return (
    subject.endsWith("@clients") ||
    subject === member(claims, "client_id") ||
    (Array.isArray(grants) ? grants : [grants]).some((grant) => CLIENT_CREDENTIALS.includes(grant))
  );
}

function email(claims: JsonObject, claim: string | undefined): Email {
  if (claim === undefined) return MISSING;
  const address = member(claims, claim);
  if (address === undefined || address === null || address === "") return MISSING;
  if (typeof address !== "string" || address.length > MAX_EMAIL_LENGTH || !PLAIN_ADDRESS.test(address)) {
    return UNSUPPORTED;
  }
  const verified = member(claims, `${claim}_verified`);
  return { kind: "address", address, verified: verified === undefined ? undefined : verified === true };
}

/** An ID token names its application as `azp` or as its only audience (OIDC Core §2). */
function clientId(use: TokenUse, claims: JsonObject): string | undefined {
  const named = contextValue(claims, "azp") ?? contextValue(claims, "client_id");
  if (named !== undefined || use === "access") return named;
  const audience = member(claims, "aud");
  return String(Array.isArray(audience) ? audience[0] : audience);
}

function permissions(claims: JsonObject): readonly string[] {
  const values = (member(claims, "permissions") ?? []) as readonly string[];
  if (values.some((value) => !/^\S+$/.test(value) || UNSAFE_IN_CONTEXT.test(value))) {
    throw new Refusal("invalid_claim", "permissions");
  }
  return values;
}

function contextValue(claims: JsonObject, name: string): string | undefined {
  const value = member(claims, name) as string | undefined;
  if (value !== undefined && UNSAFE_IN_CONTEXT.test(value)) throw new Refusal("invalid_claim", name);
  return value;
}
