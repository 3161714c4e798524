import {
  AT_FIRST_EQUALS,
  AT_LAST_EQUALS,
  boolean,
  claimName,
  contextName,
  emailClaim,
  emailDomain,
  integer,
  issuer,
  list,
  oneOf,
  record,
  word,
} from "./values.ts";

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
  issuers: { variable: "AUTH0_DOMAIN", read: list(issuer), fallback: [] },
  clientIds: { variable: "AUTH0_CLIENT_IDS", read: list(word), fallback: [] },
  audiences: { variable: "AUTH0_AUDIENCES", read: list(word), fallback: [] },
  emailClaim: { variable: "AUTH0_EMAIL_CLAIM", read: emailClaim, fallback: undefined },
  contextClaims: {
    variable: "AUTH0_CONTEXT_CLAIMS",
    read: record(contextName, claimName, AT_FIRST_EQUALS),
    fallback: {},
  },
  requiredClaims: {
    variable: "AUTH0_REQUIRED_CLAIMS",
    read: record(claimName, list(word, "|"), AT_LAST_EQUALS),
    fallback: {},
  },
  accessTokenProfile: {
    variable: "AUTH0_ACCESS_TOKEN_PROFILE",
    read: oneOf("auth0", "rfc9068"),
    fallback: "auth0",
  },
  organizations: { variable: "AUTH0_ORGANIZATIONS", read: list(word), fallback: [] },
  requiredPermissions: { variable: "AUTH0_REQUIRED_PERMISSIONS", read: list(word), fallback: [] },
  email: {
    variable: "AUTHORIZER_EMAIL",
    read: oneOf("verified", "present", "optional"),
    fallback: "verified",
  },
  emailDomains: { variable: "AUTHORIZER_EMAIL_DOMAINS", read: list(emailDomain), fallback: [] },
  allowMachines: { variable: "AUTHORIZER_ALLOW_MACHINES", read: boolean, fallback: false },
  allowAnonymous: { variable: "AUTHORIZER_ALLOW_ANONYMOUS", read: boolean, fallback: false },
  clockToleranceSeconds: {
    variable: "AUTHORIZER_CLOCK_TOLERANCE_SECONDS",
    read: integer(0, 60),
    fallback: 5,
  },
  httpApiResponse: {
    variable: "AUTHORIZER_HTTP_API_RESPONSE",
    read: oneOf("policy", "simple"),
    fallback: "policy",
  },
  httpApiUnauthorized: {
    variable: "AUTHORIZER_HTTP_API_UNAUTHORIZED",
    read: oneOf("401", "403"),
    fallback: "401",
  },
  policyEndsWithToken: { variable: "AUTHORIZER_POLICY_ENDS_WITH_TOKEN", read: boolean, fallback: true },
  logLevel: {
    variable: "AUTHORIZER_LOG_LEVEL",
    read: oneOf("debug", "info", "warn", "error", "silent"),
    fallback: "info",
  },
  jwksMaxAgeSeconds: { variable: "JWKS_MAX_AGE_SECONDS", read: integer(1, 86_400), fallback: 600 },
  jwksStaleIfErrorSeconds: {
    variable: "JWKS_STALE_IF_ERROR_SECONDS",
    read: integer(0, 604_800),
    fallback: 3600,
  },
  jwksTimeoutMs: { variable: "JWKS_TIMEOUT_MS", read: integer(100, 3500), fallback: 1500 },
  jwksSnapshotMaxAgeSeconds: {
    variable: "JWKS_SNAPSHOT_MAX_AGE_SECONDS",
    read: integer(0, 2_592_000),
    fallback: 604_800,
  },
};
