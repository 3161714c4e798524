import { contextClaims, dateTime, emailDomains, requiredClaims, parameterName, tableName } from "./parsers.ts";
import { boolean, emailClaim, integer, issuer, list, getOne, word } from "./parsers.ts";

/** Who gets in and how keys are kept: every setting, checked and frozen. */
export interface Settings {
  /** Tenant and custom domains (AUTH0_DOMAIN) as issuer identifiers: `https://acme.eu.auth0.com/`. */
  readonly domain: readonly string[];
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
  readonly emailPolicy: "verified" | "present" | "optional";
  /** Where not empty, what must stand after the `@` of the e-mail, in lower case. */
  readonly emailDomains: readonly string[];
  /** Whether client-credentials tokens are accepted. */
  readonly allowMachines: boolean;
  /** Whether access tokens of anonymous sessions are accepted. */
  readonly allowAnonymous: boolean;
  /**
   * An RFC 3339 time, such as `2026-11-30T08:00:00Z`: tokens whose `iat` is before it are refused, so that everybody
   * signs in again. One in the future counts as the time at which the function started.
   */
  readonly issuedAfter: string | undefined;
  readonly clockToleranceSeconds: number;
  /** `simple` where the HTTP API authorizer has simple responses switched on. */
  readonly httpApiResponse: "policy" | "simple";
  /** What an HTTP API answers where there is no valid token: `401`, or `403` by a Deny, which the gateway caches. */
  readonly httpApiUnauthorized: "401" | "403";
  /** Whether the policy denies everything from the token's end on. */
  readonly policyEndsWithToken: boolean;
  /** The query parameter in which clients send their token when they open a WebSocket. */
  readonly webSocketTokenParameter: string;
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
  /**
   * Where the table gives no answer (connection, timeout, 5xx): `error` answers 500, `allow` accepts the token. Every
   * other failure, such as throttling, is an error with both, because a caller can cause it.
   */
  readonly revocationOnFailure: "error" | "allow";
  /** The claim with the session in access tokens; ID tokens have `sid`. */
  readonly revocationSessionClaim: string | undefined;
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
  domain: setting("AUTH0_DOMAIN", list(issuer), []),
  clientIds: setting("AUTH0_CLIENT_IDS", list(word), []),
  audiences: setting("AUTH0_AUDIENCES", list(word), []),
  emailClaim: setting("AUTH0_EMAIL_CLAIM", emailClaim, undefined),
  contextClaims: setting("AUTH0_CONTEXT_CLAIMS", contextClaims, {}),
  requiredClaims: setting("AUTH0_REQUIRED_CLAIMS", requiredClaims, {}),
  accessTokenProfile: setting("AUTH0_ACCESS_TOKEN_PROFILE", getOne("auth0", "rfc9068"), "auth0"),
  organizations: setting("AUTH0_ORGANIZATIONS", list(word), []),
  requiredPermissions: setting("AUTH0_REQUIRED_PERMISSIONS", list(word), []),
  emailPolicy: setting("AUTHORIZER_EMAIL_POLICY", getOne("verified", "present", "optional"), "verified"),
  emailDomains: setting("AUTHORIZER_EMAIL_DOMAINS", emailDomains, []),
  allowMachines: setting("AUTHORIZER_ALLOW_MACHINES", boolean, false),
  allowAnonymous: setting("AUTHORIZER_ALLOW_ANONYMOUS", boolean, false),
  issuedAfter: setting("AUTHORIZER_ISSUED_AFTER", dateTime, undefined),
  clockToleranceSeconds: setting("AUTHORIZER_CLOCK_TOLERANCE_SECONDS", integer(0, 60), 5),
  httpApiResponse: setting("AUTHORIZER_HTTP_API_RESPONSE", getOne("policy", "simple"), "policy"),
  httpApiUnauthorized: setting("AUTHORIZER_HTTP_API_UNAUTHORIZED", getOne("401", "403"), "401"),
  policyEndsWithToken: setting("AUTHORIZER_POLICY_ENDS_WITH_TOKEN", boolean, true),
  webSocketTokenParameter: setting("AUTHORIZER_WEBSOCKET_TOKEN_PARAMETER", parameterName, "access_token"),
  logLevel: setting("AUTHORIZER_LOG_LEVEL", getOne("debug", "info", "warn", "error", "silent"), "info"),
  jwksMaxAgeSeconds: setting("JWKS_MAX_AGE_SECONDS", integer(1, 86_400), 600),
  jwksStaleIfErrorSeconds: setting("JWKS_STALE_IF_ERROR_SECONDS", integer(0, 604_800), 3600),
  jwksTimeoutMs: setting("JWKS_TIMEOUT_MS", integer(100, 3500), 1500),
  jwksSnapshotMaxAgeSeconds: setting("JWKS_SNAPSHOT_MAX_AGE_SECONDS", integer(0, 2_592_000), 604_800),
  revocationTable: setting("REVOCATION_TABLE", tableName, undefined),
  revocationOnFailure: setting("REVOCATION_ON_FAILURE", getOne("error", "allow"), "error"),
  revocationSessionClaim: setting("REVOCATION_SESSION_CLAIM", word, undefined),
};

function setting<T>(variable: string, read: Setting<T>["read"], fallback: T): Setting<T> {
  return { variable, read, fallback };
}
