import { formatRoutePermissions, routePermissions, type RoutePermissions } from "./route-permissions.ts";
import {
  actors,
  boolean,
  contextClaims,
  customClaim,
  dateTime,
  emailDomains,
  getOne,
  integer,
  issuer,
  organization,
  parameterName,
  requiredClaims,
  tableName,
} from "./parsers.ts";
import { identifier, list, permission } from "./words.ts";

/**
 * Every setting, checked and frozen. Each comment here is also the setting's section in docs/settings.md: its first
 * sentence says what the setting is, and is all that the README and tables show.
 */
export interface Settings {
  /**
   * The domain of your Auth0 tenant, and its custom domains if it has any: `acme.eu.auth0.com`.
   *
   * All of them must belong to one tenant. The expected issuer is `https://DOMAIN/`, and keys are fetched from
   * `https://DOMAIN/.well-known/jwks.json`. `http://` is accepted for a loopback host only, for local development.
   */
  readonly domain: readonly string[];
  /**
   * The client IDs of the applications whose ID tokens are accepted.
   *
   * Set `clientIds`, `audiences`, or both while you migrate from ID tokens to access tokens. The two lists must not
   * share a value, because it tells the two kinds of token apart.
   */
  readonly clientIds: readonly string[];
  /**
   * The identifiers of the APIs whose access tokens are accepted: `https://api.acme.com/`.
   *
   * An identifier must equal the one in Auth0 character for character, trailing slash included.
   */
  readonly audiences: readonly string[];
  /**
   * The claim that holds the email in access tokens, which an Auth0 Action sets: a URL, or `email`.
   *
   * The claim of the same name with `_verified` at its end says whether the email is verified. Required with `audiences`
   * unless `emailPolicy` is `optional`. ID tokens have the claims `email` and `email_verified`.
   */
  readonly emailClaim: string | undefined;
  /**
   * Custom claims to pass to your backend, each under a short name: `roles=https://acme.com/roles`.
   *
   * A name has up to 32 of `a-z`, `0-9` and `_`, and is not one that the identity itself uses. A claim that is more than
   * a string is passed as JSON in `custom_claims`.
   */
  readonly contextClaims: Readonly<Record<string, string>>;
  /**
   * Claims that a token must have, with the values that are allowed: `https://acme.com/plan=pro|team`.
   *
   * A claim that is a list must contain one of the values. Otherwise the answer is 403 `claim_not_allowed`.
   */
  readonly requiredClaims: Readonly<Record<string, readonly string[]>>;
  /**
   * Which access token profiles are accepted: `auth0` accepts both of Auth0's, `rfc9068` only the second.
   *
   * Choose `rfc9068` once every API in your tenant issues that profile: then the header's `typ` tells an access token
   * from every other kind of token (RFC 9068 §2.1).
   */
  readonly accessTokenProfile: "auth0" | "rfc9068";
  /**
   * The organizations that users must have signed in to: IDs (`org_…`) or names.
   *
   * An ID is compared with the claim `org_id`, anything else, in lower case, with `org_name`. Otherwise the answer is 403
   * `organization_not_allowed`.
   */
  readonly organizations: readonly string[];
  /**
   * Permissions that every caller must have, in the token's `permissions` or `scope`.
   *
   * All of them must be there. Otherwise the answer is 403 `permission_missing`. Needs `audiences`, because ID tokens
   * carry no permissions.
   */
  readonly requiredPermissions: readonly string[];
  /**
   * Permissions that single routes require in addition: `GET /orders/{id}=read:orders, ANY /admin/{proxy+}=admin, GET /hello=`.
   *
   * Write a route as your API defines it; repeat it if it needs several permissions. With nothing after the `=`, any
   * signed-in caller may call it. **A route that no rule names is denied** (403 `route_not_listed`); with `*=`, any
   * signed-in caller may call the rest. Packaging tools write the same rules into `routes.json`, which has no limit of
   * 4 KB. Both apply.
   *
   * The route is the one that API Gateway matched. REST APIs need a REQUEST authorizer that caches by the token,
   * `context.httpMethod` and `context.path`, or not at all. HTTP APIs need payload 2.0 and `$context.routeKey` among the
   * identity sources. On WebSocket APIs `$connect` is the only route.
   */
  readonly routePermissions: RoutePermissions;
  /**
   * Whether every API must say, in the stage variable `auth0Audiences`, which audiences and applications count there.
   *
   * Set it if several APIs share this authorizer. Then a token for one API is not valid at another (401
   * `unknown_audience`), and an API without the variable answers 500 `stage_variable_invalid`. The stage variable
   * `auth0Permissions` adds permissions that are needed there. Both can only narrow what is
   * accepted, and apply without this setting too.
   */
  readonly shared: boolean;
  /**
   * Which email a caller must have: a `verified` one, one that is `present`, or none (`optional`).
   *
   * With `optional`, a missing email, or one that cannot be passed on, is left out of the identity.
   */
  readonly emailPolicy: "verified" | "present" | "optional";
  /**
   * The email domains that are accepted, the part after the `@`: `acme.com`.
   *
   * A subdomain is a different domain. Needs `emailPolicy` `verified`, because anyone can sign up with an address that
   * is not theirs.
   */
  readonly emailDomains: readonly string[];
  /**
   * Whether tokens of the client-credentials grant are accepted.
   *
   * Needs `emailPolicy` `optional`, because a machine has no email. The identity says `principal_type` `machine`.
   */
  readonly allowMachines: boolean;
  /**
   * Whether access tokens of anonymous sessions are accepted, whose `sub` begins with `anon@`.
   *
   * Needs `emailPolicy` `optional`, because an anonymous session has no email. The identity says `principal_type`
   * `anonymous`.
   */
  readonly allowAnonymous: boolean;
  /**
   * Whether tokens of AI agents that act for themselves are accepted (`sub_profile` `ai_agent`).
   *
   * Needs `emailPolicy` `optional`, because an agent has no email. The identity says `principal_type` `agent`.
   */
  readonly allowAgents: boolean;
  /**
   * Who may act for a user, in tokens with `act` (RFC 8693 §4.1): `none`, `any`, or the subjects that may.
   *
   * The outermost actor decides; otherwise the answer is 403 `actor_not_allowed`. A token is revoked
   * if any actor of the chain is.
   */
  readonly actors: "none" | "any" | readonly string[];
  /**
   * A time (RFC 3339): tokens issued before it are refused, so that everyone signs in again: `2026-11-30T08:00:00Z`.
   *
   * The plugin and `validate` refuse a time in the future. A function that starts with one logs a warning and uses the
   * time at which it started.
   */
  readonly issuedAfter: string | undefined;
  /**
   * REST APIs only: the claim, or `client_id`, whose value chooses the usage plan (`usageIdentifierKey`).
   *
   * A value must be the value of an API key: 20 to 128 letters and digits. Any other is left out, and counted by the
   * metric `UsageKeysUnusable`. The API's `apiKeySource` must be `AUTHORIZER`.
   */
  readonly usageKeyClaim: string | undefined;
  /** How many seconds the clocks of Auth0 and AWS may differ, from 0 to 60. */
  readonly clockToleranceSeconds: number;
  /**
   * The form of the answer on HTTP APIs: `policy`, or `simple` if the authorizer has simple responses switched on.
   *
   * An event does not say which form the API expects, so an API with simple responses needs a separate function.
   */
  readonly httpApiResponse: "policy" | "simple";
  /**
   * The status that HTTP APIs answer if there is no valid token: `401`, or `403`.
   *
   * `401` needs an error from the function, which the gateway does not cache. `403` is a Deny, which it caches.
   */
  readonly httpApiUnauthorized: "401" | "403";
  /**
   * Whether a policy denies everything once its token has expired.
   *
   * Without it, a policy that the gateway has cached outlives its token by up to the cache's TTL. May be `false` only
   * with serverless-offline, which does not evaluate conditions; there, `false` is the default.
   */
  readonly policyEndsWithToken: boolean;
  /** The query parameter in which clients send their token when they open a WebSocket. */
  readonly webSocketTokenParameter: string;
  /**
   * The lowest level that is logged: `debug`, `info`, `warn`, `error` or `silent`.
   *
   * Metrics are log lines, so above `info` allowed calls are not counted. `debug` adds the `sub`.
   */
  readonly logLevel: "debug" | "info" | "warn" | "error" | "silent";
  /** How many seconds fetched keys count as fresh; after that they are fetched again in the background. */
  readonly jwksMaxAgeSeconds: number;
  /**
   * How many seconds longer the keys may be used while the tenant cannot be reached (RFC 5861 §4); 0 means not at all.
   *
   * After that the answer is 500 `keys_unavailable`, never 401.
   */
  readonly jwksStaleIfErrorSeconds: number;
  /** The limit of one fetch of keys, in milliseconds. */
  readonly jwksTimeoutMs: number;
  /**
   * How many seconds after packaging the packaged keys may be used, if the tenant cannot be reached; 0 means never.
   *
   * The plugin packages the tenant's keys, so that a function can start while the tenant cannot be reached.
   */
  readonly jwksSnapshotMaxAgeSeconds: number;
  /**
   * The name of the DynamoDB table that holds revocations.
   *
   * Without it a token is valid until it expires, and no code of this feature is loaded. With it each call that passes
   * every other check costs one read.
   */
  readonly revocationTable: string | undefined;
  /**
   * What happens if the table gives no answer (connection, timeout, 5xx): `error` answers 500, `allow` accepts the token.
   *
   * Each call that is accepted this way is logged and counted. Every other failure, such as throttling, always
   * answers 500, because a caller can cause it. Needs `revocationTable`.
   */
  readonly revocationOnFailure: "error" | "allow";
  /**
   * The claim that holds the session in access tokens, so that ending a session revokes them too.
   *
   * ID tokens have `sid`. Needs `revocationTable`.
   */
  readonly revocationSessionClaim: string | undefined;
}

interface Setting<T> {
  readonly variable: string;
  /** @throws Error that says what is wrong with the value, without quoting more than the operator wrote */
  readonly read: (value: unknown) => T;
  readonly fallback: T;
  /** The text of a value, if it is not a plain list or map. */
  readonly format?: (value: T) => string;
}

export type SettingKey = keyof Settings;

/** The settings by name, with the environment variable, the reading and the default of each. */
export const SETTINGS: { readonly [Key in SettingKey]: Setting<Settings[Key]> } = {
  domain: setting("AUTH0_DOMAIN", list(issuer), []),
  clientIds: setting("AUTH0_CLIENT_IDS", list(identifier), []),
  audiences: setting("AUTH0_AUDIENCES", list(identifier), []),
  emailClaim: setting("AUTH0_EMAIL_CLAIM", customClaim("https://acme.com/email"), undefined),
  contextClaims: setting("AUTH0_CONTEXT_CLAIMS", contextClaims, {}),
  requiredClaims: setting("AUTH0_REQUIRED_CLAIMS", requiredClaims, {}),
  accessTokenProfile: setting("AUTH0_ACCESS_TOKEN_PROFILE", getOne("auth0", "rfc9068"), "auth0"),
  organizations: setting("AUTH0_ORGANIZATIONS", list(organization), []),
  requiredPermissions: setting("AUTH0_REQUIRED_PERMISSIONS", list(permission), []),
  routePermissions: {
    variable: "AUTHORIZER_ROUTE_PERMISSIONS",
    read: routePermissions,
    fallback: {},
    format: formatRoutePermissions,
  },
  shared: setting("AUTHORIZER_SHARED", boolean, false),
  emailPolicy: setting("AUTHORIZER_EMAIL_POLICY", getOne("verified", "present", "optional"), "verified"),
  emailDomains: setting("AUTHORIZER_EMAIL_DOMAINS", emailDomains, []),
  allowMachines: setting("AUTHORIZER_ALLOW_MACHINES", boolean, false),
  allowAnonymous: setting("AUTHORIZER_ALLOW_ANONYMOUS", boolean, false),
  allowAgents: setting("AUTHORIZER_ALLOW_AGENTS", boolean, false),
  actors: setting("AUTHORIZER_ACTORS", actors, "none"),
  issuedAfter: setting("AUTHORIZER_ISSUED_AFTER", dateTime, undefined),
  usageKeyClaim: setting(
    "AUTHORIZER_USAGE_KEY_CLAIM",
    customClaim("client_id or https://acme.com/plan", "client_id", "azp"),
    undefined,
  ),
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
  revocationSessionClaim: setting("REVOCATION_SESSION_CLAIM", customClaim("https://acme.com/sid"), undefined),
};

function setting<T>(variable: string, read: Setting<T>["read"], fallback: T): Setting<T> {
  return { variable, read, fallback };
}
