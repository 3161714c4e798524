import { contextClaims, emailDomains, requiredClaims, tableName } from "./optional-values.ts";
import { boolean, emailClaim, integer, issuer, list, oneOf, word } from "./values.ts";

/** Who gets in and how keys are kept: every setting, checked and frozen. */
export interface Settings {
  /** Tenant and custom domains (AUTH0_DOMAIN) as issuer identifiers: `https://acme.eu.auth0.com/`. */
  readonly issuers: readonly string[];
  /** Applications whose ID tokens are accepted. */
  readonly clientIds: readonly string[];
  /** API identifiers whose access tokens are accepted. */
  readonly audiences: readonly string[];
  /** The claim with the e-mail in access tokens, a URL or `email`; `CLAIM_verified` says whether it is verified. */
  readonly emailClaim: string | undefined;
  /** Claims for the Lambdas behind: their name in the context, and the claim of the token. */
  readonly contextClaims: Readonly<Record<string, string>>;
  /** Claims that must have, or whose list must contain, one of the values. */
  readonly requiredClaims: Readonly<Record<string, readonly string[]>>;
  /** `auth0` accepts both of Auth0's access token profiles, `rfc9068` only the second. */
  readonly accessTokenProfile: "auth0" | "rfc9068";
  /** Where not empty, the user must have signed in to one of these: an ID (`org_…`, claim `org_id`) or a name (`org_name`). */
  readonly organizations: readonly string[];
  /** All of these must be in `permissions` or `scope`. */
  readonly requiredPermissions: readonly string[];
  /** Which e-mail a caller must have. */
  readonly email: "verified" | "present" | "optional";
  /** Where not empty, what must stand after the `@` of the e-mail, in lower case. */
  readonly emailDomains: readonly string[];
  /** Whether client-credentials tokens are accepted. */
  readonly allowMachines: boolean;
  /** Whether access tokens of anonymous sessions are accepted. */
  readonly allowAnonymous: boolean;
  readonly clockToleranceSeconds: number;
  /** `simple` where the HTTP API authorizer has simple responses switched on. */
  readonly httpApiResponse: "policy" | "simple";
  /** What an HTTP API answers where there is no valid token: `401`, or `403` by a Deny, which the gateway caches. */
  readonly httpApiUnauthorized: "401" | "403";
  /** Whether the policy denies everything from the token's end on. */
  readonly policyEndsWithToken: boolean;
  readonly logLevel: "debug" | "info" | "warn" | "error" | "silent";
  /** How long fetched keys count as fresh. */
  readonly jwksMaxAgeSeconds: number;
  /** How long beyond that they may be used while the tenant cannot be reached (RFC 5861 §4). */
  readonly jwksStaleIfErrorSeconds: number;
  /** The limit of one fetch, in milliseconds. */
  readonly jwksTimeoutMs: number;
  /** How old a snapshot packaged at deployment may be; 0 = not used. */
  readonly jwksSnapshotMaxAgeSeconds: number;
  /** The DynamoDB table of revocations. Without it, tokens are good until they expire. */
  readonly revocationTable: string | undefined;
  /** How often the table is read in the background. */
  readonly revocationSyncSeconds: number;
  /** From which age of the list a request waits for it. */
  readonly revocationMaxAgeSeconds: number;
  /** How long beyond that the list may be used while the table cannot be read. */
  readonly revocationStaleIfErrorSeconds: number;
  /** What becomes of tokens where there is no list: refused (500), or accepted as if there were no table. */
  readonly revocationUnavailable: "refuse" | "allow";
  /** The longest life of a token that is accepted: so long revocations are kept. */
  readonly revocationRetentionHours: number;
  /** The claim with the session in access tokens; ID tokens have `sid`. */
  readonly sessionClaim: string | undefined;
}

interface Setting<T> {
  readonly variable: string;
  /** @throws Error that says what is wrong with the value, without quoting more than the operator wrote */
  readonly read: (value: unknown) => T;
  readonly fallback: T;
}

export type SettingKey = keyof Settings;

/** The settings by name, with the environment variable, the reading and the default of each. */
export const SETTINGS: { readonly [Key in SettingKey]: Setting<Settings[Key]> } = {
  issuers: setting("AUTH0_DOMAIN", list(issuer), []),
  clientIds: setting("AUTH0_CLIENT_IDS", list(word), []),
  audiences: setting("AUTH0_AUDIENCES", list(word), []),
  emailClaim: setting("AUTH0_EMAIL_CLAIM", emailClaim, undefined),
  contextClaims: setting("AUTH0_CONTEXT_CLAIMS", contextClaims, {}),
  requiredClaims: setting("AUTH0_REQUIRED_CLAIMS", requiredClaims, {}),
  accessTokenProfile: setting("AUTH0_ACCESS_TOKEN_PROFILE", oneOf("auth0", "rfc9068"), "auth0"),
  organizations: setting("AUTH0_ORGANIZATIONS", list(word), []),
  requiredPermissions: setting("AUTH0_REQUIRED_PERMISSIONS", list(word), []),
  email: setting("AUTHORIZER_EMAIL", oneOf("verified", "present", "optional"), "verified"),
  emailDomains: setting("AUTHORIZER_EMAIL_DOMAINS", emailDomains, []),
  allowMachines: setting("AUTHORIZER_ALLOW_MACHINES", boolean, false),
  allowAnonymous: setting("AUTHORIZER_ALLOW_ANONYMOUS", boolean, false),
  clockToleranceSeconds: setting("AUTHORIZER_CLOCK_TOLERANCE_SECONDS", integer(0, 60), 5),
  httpApiResponse: setting("AUTHORIZER_HTTP_API_RESPONSE", oneOf("policy", "simple"), "policy"),
  httpApiUnauthorized: setting("AUTHORIZER_HTTP_API_UNAUTHORIZED", oneOf("401", "403"), "401"),
  policyEndsWithToken: setting("AUTHORIZER_POLICY_ENDS_WITH_TOKEN", boolean, true),
  logLevel: setting("AUTHORIZER_LOG_LEVEL", oneOf("debug", "info", "warn", "error", "silent"), "info"),
  jwksMaxAgeSeconds: setting("JWKS_MAX_AGE_SECONDS", integer(1, 86_400), 600),
  jwksStaleIfErrorSeconds: setting("JWKS_STALE_IF_ERROR_SECONDS", integer(0, 604_800), 3600),
  jwksTimeoutMs: setting("JWKS_TIMEOUT_MS", integer(100, 3500), 1500),
  jwksSnapshotMaxAgeSeconds: setting("JWKS_SNAPSHOT_MAX_AGE_SECONDS", integer(0, 2_592_000), 604_800),
  revocationTable: setting("REVOCATION_TABLE", tableName, undefined),
  revocationSyncSeconds: setting("REVOCATION_SYNC_SECONDS", integer(1, 3600), 30),
  revocationMaxAgeSeconds: setting("REVOCATION_MAX_AGE_SECONDS", integer(1, 3600), 60),
  revocationStaleIfErrorSeconds: setting("REVOCATION_STALE_IF_ERROR_SECONDS", integer(0, 604_800), 3600),
  revocationUnavailable: setting("REVOCATION_UNAVAILABLE", oneOf("refuse", "allow"), "refuse"),
  revocationRetentionHours: setting("REVOCATION_RETENTION_HOURS", integer(1, 720), 24),
  sessionClaim: setting("AUTH0_SESSION_CLAIM", word, undefined),
};

function setting<T>(variable: string, read: Setting<T>["read"], fallback: T): Setting<T> {
  return { variable, read, fallback };
}
