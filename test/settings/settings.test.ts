import { describe, expect, test } from "@jest/globals";
import { readFileSync } from "node:fs";
import { ConfigurationError } from "../../src/settings/configuration-error.ts";
import {
  findMisspelledVariables,
  settingsFrom,
  settingsFromEnvironment,
} from "../../src/settings/settings.ts";

type Environment = Readonly<Record<string, string>>;

const MINIMAL: Environment = { AUTH0_DOMAIN: "acme.eu.auth0.com", AUTH0_CLIENT_IDS: "WebApp" };

const settings = (changes: Environment = {}) => settingsFromEnvironment({ ...MINIMAL, ...changes });

function issues(read: () => unknown): readonly string[] {
  try {
    read();
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.issues;
    throw error;
  }
}

const TABLE = { REVOCATION_TABLE: "revocations" };
const wrong = (changes: Environment): readonly string[] => issues(() => settings(changes));

describe("the settings", () => {
  test("have the defaults of the contract", () => {
    expect(settings()).toEqual({
      domain: ["https://acme.eu.auth0.com/"],
      clientIds: ["WebApp"],
      audiences: [],
      emailClaim: undefined,
      contextClaims: {},
      requiredClaims: {},
      accessTokenProfile: "auth0",
      organizations: [],
      requiredPermissions: [],
      routePermissions: {},
      shared: false,
      emailPolicy: "verified",
      emailDomains: [],
      allowMachines: false,
      allowAnonymous: false,
      allowAgents: false,
      actors: "none",
      issuedAfter: undefined,
      usageKeyClaim: undefined,
      clockToleranceSeconds: 5,
      httpApiResponse: "policy",
      httpApiUnauthorized: "401",
      policyEndsWithToken: true,
      webSocketTokenParameter: "access_token",
      logLevel: "info",
      jwksMaxAgeSeconds: 600,
      jwksStaleIfErrorSeconds: 3600,
      jwksTimeoutMs: 1500,
      jwksSnapshotMaxAgeSeconds: 604_800,
      revocationTable: undefined,
      revocationOnFailure: "error",
      revocationSessionClaim: undefined,
    });
  });

  test("are frozen", () => {
    expect(Object.isFrozen(settings())).toBe(true);
    expect(Object.isFrozen(settings().clientIds)).toBe(true);
  });

  test("are the same in code", () => {
    expect(settingsFrom({ domain: ["acme.eu.auth0.com"], clientIds: ["WebApp"] })).toEqual(settings());
  });

  test("can be read again from what was read", () => {
    expect(settingsFrom(settings())).toEqual(settings());
  });

  test("take an empty variable for one that is not set", () => {
    expect(settings({ AUTH0_AUDIENCES: "", AUTHORIZER_EMAIL_POLICY: "  ", JWKS_TIMEOUT_MS: "\t" })).toEqual(
      settings(),
    );
  });

  test("leave spaces around a value out", () => {
    expect(settings({ AUTHORIZER_EMAIL_POLICY: " present ", JWKS_TIMEOUT_MS: " 200\n" })).toMatchObject({
      emailPolicy: "present",
      jwksTimeoutMs: 200,
    });
  });
});

const ACCESS: Environment = {
  AUTH0_AUDIENCES: "https://api.acme.com/",
  AUTH0_EMAIL_CLAIM: "https://acme.com/email",
};

describe("each variable", () => {
  test.each([
    ["AUTH0_DOMAIN", "a.com, https://b.com/", "domain", ["https://a.com/", "https://b.com/"]],
    ["AUTH0_CLIENT_IDS", "A, B", "clientIds", ["A", "B"]],
    ["AUTH0_AUDIENCES", "https://a/, b", "audiences", ["https://a/", "b"]],
    ["AUTH0_EMAIL_CLAIM", "https://a/mail", "emailClaim", "https://a/mail"],
    ["AUTH0_EMAIL_CLAIM", "email", "emailClaim", "email"],
    [
      "AUTH0_CONTEXT_CLAIMS",
      "roles=https://acme.com/roles, tenant_id = https://acme.com/t?a=1",
      "contextClaims",
      { roles: "https://acme.com/roles", tenant_id: "https://acme.com/t?a=1" },
    ],
    [
      "AUTH0_REQUIRED_CLAIMS",
      "https://acme.com/plan?a=1=pro|team, amr=mfa",
      "requiredClaims",
      { "https://acme.com/plan?a=1": ["pro", "team"], amr: ["mfa"] },
    ],
    ["AUTHORIZER_EMAIL_DOMAINS", "acme.com, Example.ORG", "emailDomains", ["acme.com", "example.org"]],
    ["AUTH0_ACCESS_TOKEN_PROFILE", "rfc9068", "accessTokenProfile", "rfc9068"],
    ["AUTH0_ORGANIZATIONS", "org_1,org_2", "organizations", ["org_1", "org_2"]],
    ["AUTH0_REQUIRED_PERMISSIONS", "read:x, write:x", "requiredPermissions", ["read:x", "write:x"]],
    ["AUTHORIZER_EMAIL_POLICY", "optional", "emailPolicy", "optional"],
    ["AUTHORIZER_ALLOW_MACHINES", "false", "allowMachines", false],
    ["AUTHORIZER_ALLOW_ANONYMOUS", "false", "allowAnonymous", false],
    ["AUTHORIZER_CLOCK_TOLERANCE_SECONDS", "0", "clockToleranceSeconds", 0],
    ["AUTHORIZER_CLOCK_TOLERANCE_SECONDS", "60", "clockToleranceSeconds", 60],
    ["AUTHORIZER_HTTP_API_RESPONSE", "simple", "httpApiResponse", "simple"],
    ["AUTHORIZER_HTTP_API_UNAUTHORIZED", "403", "httpApiUnauthorized", "403"],
    ["AUTHORIZER_POLICY_ENDS_WITH_TOKEN", "false", "policyEndsWithToken", false],
    ["AUTHORIZER_WEBSOCKET_TOKEN_PARAMETER", "token", "webSocketTokenParameter", "token"],
    ["AUTHORIZER_LOG_LEVEL", "silent", "logLevel", "silent"],
    ["JWKS_MAX_AGE_SECONDS", "1", "jwksMaxAgeSeconds", 1],
    ["JWKS_MAX_AGE_SECONDS", "86400", "jwksMaxAgeSeconds", 86_400],
    ["JWKS_STALE_IF_ERROR_SECONDS", "0", "jwksStaleIfErrorSeconds", 0],
    ["JWKS_STALE_IF_ERROR_SECONDS", "604800", "jwksStaleIfErrorSeconds", 604_800],
    ["JWKS_TIMEOUT_MS", "100", "jwksTimeoutMs", 100],
    ["JWKS_TIMEOUT_MS", "3500", "jwksTimeoutMs", 3500],
    ["JWKS_SNAPSHOT_MAX_AGE_SECONDS", "0", "jwksSnapshotMaxAgeSeconds", 0],
    ["JWKS_SNAPSHOT_MAX_AGE_SECONDS", "2592000", "jwksSnapshotMaxAgeSeconds", 2_592_000],
    [
      "REVOCATION_TABLE",
      "auth0-authorizer_dev.Revocations",
      "revocationTable",
      "auth0-authorizer_dev.Revocations",
    ],
    ["REVOCATION_ON_FAILURE", "error", "revocationOnFailure", "error"],
    ["REVOCATION_ON_FAILURE", "allow", "revocationOnFailure", "allow"],
    ["REVOCATION_SESSION_CLAIM", "https://a/sid", "revocationSessionClaim", "https://a/sid"],
    ["AUTHORIZER_ISSUED_AFTER", "2026-11-30T08:00:00Z", "issuedAfter", "2026-11-30T08:00:00Z"],
    ["AUTHORIZER_ISSUED_AFTER", "2028-02-29t23:59:59.5+01:00", "issuedAfter", "2028-02-29t23:59:59.5+01:00"],
  ])("%s may be %s", (variable, value, name, expected) => {
    expect(settings({ ...ACCESS, ...TABLE, [variable]: value })).toHaveProperty(name, expected);
  });

  test.each(["debug", "info", "warn", "error", "silent"])("AUTHORIZER_LOG_LEVEL may be %s", (logLevel) => {
    expect(settings({ AUTHORIZER_LOG_LEVEL: logLevel }).logLevel).toBe(logLevel);
  });

  test.each(["verified", "present", "optional"])("AUTHORIZER_EMAIL_POLICY may be %s", (email) => {
    expect(settings({ AUTHORIZER_EMAIL_POLICY: email }).emailPolicy).toBe(email);
  });

  test.each([
    ["AUTH0_DOMAIN", "https://acme.com/path", "must be a domain"],
    ["AUTH0_DOMAIN", "http://acme.com", "must use https"],
    ["AUTH0_DOMAIN", "a.com b.com", "contains an empty item or a space"],
    ["AUTH0_CLIENT_IDS", "A B", "contains an empty item or a space"],
    ["AUTH0_AUDIENCES", "a b", "contains an empty item or a space"],
    ["AUTH0_EMAIL_CLAIM", "roles", "is a claim that Auth0 reserves"],
    ["AUTH0_CONTEXT_CLAIMS", "roles", "has an item that is not name=value"],
    ["AUTH0_CONTEXT_CLAIMS", "Roles=https://a/", "has a name that does not match"],
    ["AUTH0_CONTEXT_CLAIMS", "email=https://a/", "has a reserved name: email"],
    ["AUTH0_CONTEXT_CLAIMS", "a=https://a/,a=https://b/", "names a twice"],
    ["AUTH0_REQUIRED_CLAIMS", "https://acme.com/plan=", "has an item that is not name=value"],
    ["AUTH0_REQUIRED_CLAIMS", "https://acme.com/plan=|", "has a claim without a value"],
    ["AUTHORIZER_EMAIL_DOMAINS", "@acme.com", "must be domains such as acme.com"],
    ["AUTH0_ACCESS_TOKEN_PROFILE", "both", "must be one of auth0, rfc9068"],
    ["AUTH0_ORGANIZATIONS", "org 1", "contains an empty item or a space"],
    ["AUTH0_REQUIRED_PERMISSIONS", "read x", "contains an empty item or a space"],
    ["AUTHORIZER_EMAIL_POLICY", "required", "must be one of verified, present, optional"],
    ["AUTHORIZER_ALLOW_MACHINES", "yes", "must be one of true, false"],
    ["AUTHORIZER_ALLOW_ANONYMOUS", "yes", "must be one of true, false"],
    ["AUTHORIZER_HTTP_API_UNAUTHORIZED", "404", "must be one of 401, 403"],
    ["AUTHORIZER_CLOCK_TOLERANCE_SECONDS", "61", "must be a whole number from 0 to 60"],
    ["AUTHORIZER_CLOCK_TOLERANCE_SECONDS", "NaN", "must be a whole number from 0 to 60"],
    ["AUTHORIZER_CLOCK_TOLERANCE_SECONDS", "-1", "must be a whole number from 0 to 60"],
    ["AUTHORIZER_HTTP_API_RESPONSE", "iam", "must be one of policy, simple"],
    ["AUTHORIZER_POLICY_ENDS_WITH_TOKEN", "no", "must be one of true, false"],
    ["AUTHORIZER_WEBSOCKET_TOKEN_PARAMETER", "to ken", "contains an empty item or a space"],
    ["AUTHORIZER_WEBSOCKET_TOKEN_PARAMETER", "to=ken", "must be the name of a query parameter"],
    ["AUTHORIZER_LOG_LEVEL", "trace", "must be one of debug, info, warn, error, silent"],
    ["JWKS_MAX_AGE_SECONDS", "0", "must be a whole number from 1 to 86400"],
    ["JWKS_MAX_AGE_SECONDS", "86401", "must be a whole number from 1 to 86400"],
    ["JWKS_STALE_IF_ERROR_SECONDS", "604801", "must be a whole number from 0 to 604800"],
    ["JWKS_TIMEOUT_MS", "99", "must be a whole number from 100 to 3500"],
    ["JWKS_TIMEOUT_MS", "3501", "must be a whole number from 100 to 3500"],
    ["JWKS_SNAPSHOT_MAX_AGE_SECONDS", "2592001", "must be a whole number from 0 to 2592000"],
    ["REVOCATION_TABLE", "ab", "must be the name of a DynamoDB table"],
    [
      "REVOCATION_TABLE",
      "arn:aws:dynamodb:eu-central-1:1:table/revocations",
      "must be the name of a DynamoDB table",
    ],
    ["REVOCATION_ON_FAILURE", "refuse", "must be one of error, allow"],
    ["REVOCATION_SESSION_CLAIM", "session id", "contains an empty item or a space"],
    ...[
      ...["2026-11-30", "08:00:00Z", "2026-11-30T08:00:00", "2026-11-30T08:00Z", "1796025600", "now"],
      ...["2026-02-29T08:00:00Z", "2026-13-01T08:00:00Z", "2026-11-30T24:00:00Z", "26-11-30T08:00:00Z"],
    ].map(
      (time) => ["AUTHORIZER_ISSUED_AFTER", time, "must be a time such as 2026-11-30T08:00:00Z"] as const,
    ),
  ])("%s cannot be %s", (variable, value, issue) => {
    expect(wrong({ ...ACCESS, ...TABLE, [variable]: value })).toEqual([
      expect.stringMatching(`^${variable} ${issue}`),
    ]);
  });
});

/** What breaks a rule about several settings, and what keeps it. */
describe("together", () => {
  test.each([
    [
      "the domain is required",
      { AUTH0_DOMAIN: "" },
      "AUTH0_DOMAIN is required: the domain of the tenant, such as acme.eu.auth0.com",
      {},
    ],
    [
      "an application or an audience must be set",
      { AUTH0_CLIENT_IDS: "," },
      "AUTH0_CLIENT_IDS is required, or AUTH0_AUDIENCES, or both: no token would be accepted",
      { AUTH0_CLIENT_IDS: "", ...ACCESS },
    ],
    [
      "no application has the name of an API",
      { ...ACCESS, AUTH0_AUDIENCES: "api,WebApp" },
      "AUTH0_AUDIENCES must not share a value with AUTH0_CLIENT_IDS: `aud` decides whether a token is an ID token or an access token",
      { ...ACCESS, AUTH0_AUDIENCES: "api,webapp" },
    ],
    [
      "access tokens need a claim for the email",
      { AUTH0_AUDIENCES: "api" },
      "AUTH0_EMAIL_CLAIM is required with AUTH0_AUDIENCES, unless AUTHORIZER_EMAIL_POLICY is optional",
      { AUTH0_AUDIENCES: "api", AUTHORIZER_EMAIL_POLICY: "optional" },
    ],
    [
      "even an email that must only be present needs its claim",
      { AUTH0_AUDIENCES: "api", AUTHORIZER_EMAIL_POLICY: "present" },
      "AUTH0_EMAIL_CLAIM is required with AUTH0_AUDIENCES, unless AUTHORIZER_EMAIL_POLICY is optional",
      { ...ACCESS, AUTHORIZER_EMAIL_POLICY: "present" },
    ],
    ...["AUTHORIZER_ALLOW_MACHINES", "AUTHORIZER_ALLOW_ANONYMOUS", "AUTHORIZER_ALLOW_AGENTS"].map(
      (variable) =>
        [
          `${variable} lets callers in who have no email`,
          { [variable]: "true" },
          `${variable} needs AUTHORIZER_EMAIL_POLICY=optional: such callers have no email`,
          { [variable]: "true", AUTHORIZER_EMAIL_POLICY: "optional" },
        ] as const,
    ),
    [
      "a domain means nothing for an unverified email",
      { AUTHORIZER_EMAIL_DOMAINS: "acme.com", AUTHORIZER_EMAIL_POLICY: "present" },
      "AUTHORIZER_EMAIL_DOMAINS needs AUTHORIZER_EMAIL_POLICY=verified: until it is verified, a user can sign up with any address",
      { AUTHORIZER_EMAIL_DOMAINS: "acme.com" },
    ],
    [
      "ID tokens have no permissions",
      { AUTH0_REQUIRED_PERMISSIONS: "read:x" },
      "AUTH0_REQUIRED_PERMISSIONS needs AUTH0_AUDIENCES: ID tokens carry no permissions",
      { ...ACCESS, AUTH0_REQUIRED_PERMISSIONS: "read:x" },
    ],
    ...[
      ["REVOCATION_ON_FAILURE", "allow"],
      ["REVOCATION_SESSION_CLAIM", "https://a/sid"],
    ].map(
      ([variable = "", value = ""]) =>
        [
          `${variable} is for a table`,
          { [variable]: value },
          `${variable} needs REVOCATION_TABLE to have an effect`,
          { ...TABLE, [variable]: value },
        ] as const,
    ),
  ])("%s", (_, broken: Environment, issue, kept: Environment) => {
    expect(wrong(broken)).toEqual([issue]);
    expect(wrong(kept)).toEqual([]);
  });

  test("a rule about a setting that could not be read is not reported as well", () => {
    expect(wrong({ AUTHORIZER_EMAIL_POLICY: "x", AUTHORIZER_ALLOW_MACHINES: "true" })).toHaveLength(1);
  });
});

describe("issues", () => {
  test("are reported all at once, each by its name", () => {
    const found = issues(() =>
      settingsFromEnvironment({ AUTH0_AUDIENCES: "api", JWKS_TIMEOUT_MS: "0", AUTHORIZER_LOG_LEVEL: "loud" }),
    );
    const names = found.map((issue) => issue.split(" ")[0]);
    expect(names.sort()).toEqual([
      "AUTH0_DOMAIN",
      "AUTH0_EMAIL_CLAIM",
      "AUTHORIZER_LOG_LEVEL",
      "JWKS_TIMEOUT_MS",
    ]);
  });

  test("are listed in the message, with their number", () => {
    expect(() => settingsFromEnvironment({})).toThrow(
      /^The authorizer cannot start: 2 issues in its configuration\.\n- AUTH0_DOMAIN is .*\n- AUTH0_CLIENT_IDS is /,
    );
    expect(() => settings({ JWKS_TIMEOUT_MS: "1" })).toThrow(
      /cannot start: 1 issue in its configuration\.\n- JWKS_/,
    );
    expect(new ConfigurationError([])).toMatchObject({ name: "ConfigurationError" });
  });

  test("in code are reported by the names in code", () => {
    const found = issues(() =>
      settingsFrom({ domain: [], clientIds: ["A"], jwksTimeoutMs: 0, allowMachines: true }),
    );
    expect(found.map((issue) => issue.split(" ")[0]).sort()).toEqual([
      "allowMachines",
      "domain",
      "jwksTimeoutMs",
    ]);
    expect(found.join()).toContain("emailPolicy=optional");
  });

  test("come with the misspelled variable that may explain them", () => {
    const found = issues(() => settingsFromEnvironment({ AUTH_DOMAIN: "acme.com", AUTH0_CLIENT_IDS: "A" }));
    expect(found).toEqual([
      expect.stringMatching(/^AUTH0_DOMAIN is required/),
      "AUTH_DOMAIN is not a setting. Did you mean AUTH0_DOMAIN?",
    ]);
  });
});

describe("misspelled variables", () => {
  test.each([
    ["AUTH_DOMAIN", "AUTH0_DOMAIN"],
    ["AUTHO_DOMAIN", "AUTH0_DOMAIN"],
    ["AUHT0_DOMAIN", "AUTH0_DOMAIN"],
    ["JKWS_TIMEOUT_MS", "JWKS_TIMEOUT_MS"],
    ["AUTH0_DOMAINS", "AUTH0_DOMAIN"],
    ["auth0_domain", "AUTH0_DOMAIN"],
    ["AUTH0_CLIENT_ID", "AUTH0_CLIENT_IDS"],
    ["AUTH0_AUDIENCE", "AUTH0_AUDIENCES"],
    ["AUTHORISER_EMAIL_POLICY", "AUTHORIZER_EMAIL_POLICY"],
    ["JWKS_TIMEOUT", undefined],
    ["JWKS_TIMEOUT_S", "JWKS_TIMEOUT_MS"],
    ["JWK_TIMEOUT_MS", "JWKS_TIMEOUT_MS"],
    ["AUTH0_CLIENT_SECRET", undefined],
    ["AWS_REGION", undefined],
    ["AUTH0_DOMAIN", undefined],
  ])("%s is taken for %s", (found, meant) => {
    const expected = meant === undefined ? [] : [{ found, meant }];
    expect(findMisspelledVariables({ ...MINIMAL, [found]: "x" })).toEqual(expected);
  });
});

describe("under serverless-offline", () => {
  test("policies do not end with the token", () => {
    expect(settings({ IS_OFFLINE: "true" }).policyEndsWithToken).toBe(false);
  });

  test("unless told to", () => {
    const told = { IS_OFFLINE: "true", AUTHORIZER_POLICY_ENDS_WITH_TOKEN: "true" };
    expect(settings(told).policyEndsWithToken).toBe(true);
  });

  test.each(["", "false", "0", "TRUE"])("and only `true` says so, not %j", (value) => {
    expect(settings({ IS_OFFLINE: value }).policyEndsWithToken).toBe(true);
  });
});

describe("a key in code that is not a setting", () => {
  const options = { domain: ["acme.eu.auth0.com"], clientIds: ["WebApp"] };

  test.each([
    ["organisations", "organisations is not a setting. Did you mean organizations?"],
    ["clientID", "clientID is not a setting. Did you mean clientIds?"],
    ["cache", "cache is not a setting"],
  ])("%s is an issue", (key, issue) => {
    expect(issues(() => settingsFrom({ ...options, [key]: ["x"] }))).toEqual([issue]);
  });

  test("is reported with every other issue", () => {
    const read = () => settingsFrom({ clientIds: ["A B"], organisations: ["org_1"] } as object);
    expect(issues(read)).toHaveLength(3);
  });
});

test("one domain in code is a string or a list of one", () => {
  const options = { clientIds: ["WebApp"] };
  expect(settingsFrom({ ...options, domain: "acme.eu.auth0.com" })).toEqual(
    settingsFrom({ ...options, domain: ["acme.eu.auth0.com"] }),
  );
});

describe("a custom claim takes no name", () => {
  const schema = JSON.parse(readFileSync("readers/schema.json", "utf8")) as { properties: object };
  const fields = Object.keys(schema.properties).filter((name) => /^[a-z_]+$/.test(name));
  const read = (name: string) => settings({ AUTH0_CONTEXT_CLAIMS: `${name}=https://acme.com/x` });

  test.each([...fields, "reason", "claims", "jwt", "lambda"])("%s", (name) => {
    expect(issues(() => read(name))).toEqual([expect.stringContaining(`has a reserved name: ${name}`)]);
    expect(read(`${name}_2`).contextClaims).toEqual({ [`${name}_2`]: "https://acme.com/x" });
  });
});
