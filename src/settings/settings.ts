import { misspellings, nearest, type Misspelling } from "./misspelling.ts";
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

/** Every mistake of a configuration at once, each by the name under which it was set. */
export class ConfigurationError extends Error {
  override readonly name = "ConfigurationError";
  readonly mistakes: readonly string[];

  constructor(mistakes: readonly string[]) {
    const count = mistakes.length === 1 ? "1 mistake" : `${mistakes.length} mistakes`;
    super(`The authorizer cannot start: ${count} in its configuration.\n- ${mistakes.join("\n- ")}`);
    this.mistakes = mistakes;
  }
}

interface Setting<T> {
  readonly variable: string;
  /** @throws Error that says what is wrong with the value, without quoting more than the operator wrote */
  readonly read: (value: unknown) => T;
  readonly fallback: T;
}

type Key = keyof Settings;

/** The settings by name, with the environment variable, the reading and the default of each. */
const SETTINGS: { readonly [K in Key]: Setting<Settings[K]> } = {
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

const KEYS = Object.keys(SETTINGS) as readonly Key[];
const variableOf = (key: Key): string => SETTINGS[key].variable;

/**
 * Settings given in code. Lists are arrays; what is left out has the default of the environment variable.
 *
 * @throws ConfigurationError naming the properties, unknown ones among them
 */
export function settingsFrom(options: Partial<Settings>): Settings {
  const unknown = Object.keys(options).filter((name) => !(KEYS as readonly string[]).includes(name));
  return readSettings({
    valueOf: (key) => options[key],
    nameOf: (key) => key,
    mistakes: unknown.map((name) => {
      const meant = nearest(name, KEYS);
      return `${name} is not a setting${meant === undefined ? "" : `: was ${meant} meant?`}`;
    }),
  });
}

/**
 * Settings from environment variables; a blank one counts as not set. Under serverless-offline, which sets
 * `IS_OFFLINE=true` and ignores conditions in policies, policies do not end with the token unless told to.
 *
 * @throws ConfigurationError naming the variables
 */
export function settingsFromEnvironment(env: NodeJS.ProcessEnv): Settings {
  const offline: Partial<Record<Key, unknown>> =
    env["IS_OFFLINE"] === "true" ? { policyEndsWithToken: false } : {};
  const valueOf = (key: Key): unknown => {
    const text = env[variableOf(key)]?.trim();
    return text === undefined || text === "" ? offline[key] : text;
  };
  const hints = misspelledVariables(env).map(
    ({ found, meant }) => `${found} is not a setting: was ${meant} meant?`,
  );
  return readSettings({ valueOf, nameOf: variableOf, hints });
}

const PREFIXES = ["AU", "J"];

/** Variables that look like ours but are not. They are no mistake by themselves: they may be somebody else's. */
export function misspelledVariables(env: NodeJS.ProcessEnv): readonly Misspelling[] {
  const suspects = Object.keys(env).filter((name) =>
    PREFIXES.some((prefix) => name.toUpperCase().startsWith(prefix)),
  );
  return misspellings(suspects, KEYS.map(variableOf));
}

/** A sentence about several settings that must hold for them together. */
interface Rule {
  readonly of: readonly [Key, ...Key[]];
  readonly broken: (settings: Settings) => boolean;
  readonly mistake: (nameOf: (key: Key) => string) => string;
}

const RULES: readonly Rule[] = [
  {
    of: ["issuers"],
    broken: ({ issuers }) => issuers.length === 0,
    mistake: () => "is required: the domain of the tenant, such as acme.eu.auth0.com",
  },
  {
    of: ["clientIds", "audiences"],
    broken: ({ clientIds, audiences }) => clientIds.length + audiences.length === 0,
    mistake: (nameOf) => `is required, or ${nameOf("audiences")}, or both: nobody would get in`,
  },
  {
    of: ["audiences", "clientIds"],
    broken: ({ clientIds, audiences }) => clientIds.some((id) => audiences.includes(id)),
    mistake: (nameOf) =>
      `must not share a value with ${nameOf("clientIds")}: it tells the two kinds of token apart`,
  },
  {
    of: ["emailClaim", "audiences", "email"],
    broken: ({ emailClaim, audiences, email }) =>
      audiences.length > 0 && emailClaim === undefined && email !== "optional",
    mistake: (nameOf) => `is required with ${nameOf("audiences")}, unless ${nameOf("email")} is optional`,
  },
  {
    of: ["emailDomains", "email"],
    broken: ({ emailDomains, email }) => emailDomains.length > 0 && email !== "verified",
    mistake: (nameOf) =>
      `needs ${nameOf("email")}=verified: anybody can sign up with anybody's address until it is`,
  },
  {
    of: ["requiredClaims"],
    broken: ({ requiredClaims }) => Object.values(requiredClaims).some((values) => values.length === 0),
    mistake: () => "has a claim without a value: nobody would get in",
  },
  {
    of: ["allowMachines", "email"],
    broken: ({ allowMachines, email }) => allowMachines && email !== "optional",
    mistake: (nameOf) => `needs ${nameOf("email")}=optional: a machine has no e-mail`,
  },
  {
    of: ["allowAnonymous", "email"],
    broken: ({ allowAnonymous, email }) => allowAnonymous && email !== "optional",
    mistake: (nameOf) => `needs ${nameOf("email")}=optional: an anonymous session has no e-mail`,
  },
  {
    of: ["requiredPermissions", "audiences"],
    broken: ({ requiredPermissions, audiences }) => requiredPermissions.length > 0 && audiences.length === 0,
    mistake: (nameOf) => `needs ${nameOf("audiences")}: ID tokens carry no permissions`,
  },
];

/** Where settings are read from. */
interface Source {
  /** Undefined where it is not set. */
  readonly valueOf: (key: Key) => unknown;
  readonly nameOf: (key: Key) => string;
  /** What is wrong beyond the values. */
  readonly mistakes?: readonly string[];
  /** What may explain a mistake, and is none without one. */
  readonly hints?: readonly string[];
}

function readSettings({ valueOf, nameOf, mistakes = [], hints = [] }: Source): Settings {
  const wrong = new Map<Key, string>();
  const read = (key: Key): unknown => {
    const value = valueOf(key);
    try {
      return value === undefined ? SETTINGS[key].fallback : SETTINGS[key].read(value);
    } catch (error) {
      wrong.set(key, (error as Error).message);
      return SETTINGS[key].fallback;
    }
  };
  const settings = Object.fromEntries(KEYS.map((key) => [key, read(key)])) as unknown as Settings;
  for (const { of, broken, mistake } of RULES) {
    if (!of.some((key) => wrong.has(key)) && broken(settings)) wrong.set(of[0], mistake(nameOf));
  }
  const all = [...Array.from(wrong, ([key, mistake]) => `${nameOf(key)} ${mistake}`), ...mistakes];
  if (all.length > 0) throw new ConfigurationError([...all, ...hints]);
  return Object.freeze(settings);
}
