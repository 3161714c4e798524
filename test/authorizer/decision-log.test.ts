import { describe, expect, test } from "@jest/globals";
import { toContext } from "../../src/identity/context.ts";
import type { AllowDecision, Decision } from "../../src/authorizer/decision.ts";
import type { Identity } from "../../src/identity/identity.ts";
import type { GatewayRequest } from "../../src/apigateway/event.ts";
import type { JsonObject } from "../../src/token/jwt.ts";
import type { LogOptions } from "../../src/logging/emf.ts";
import { createLog, type DecisionRecord } from "../../src/authorizer/decision-log.ts";
import { getHint } from "../../src/errors.ts";
import { AuthorizerError } from "../../src/errors.ts";
import { ALICE as ANYONE } from "../alice.ts";

const NOW = Date.UTC(2026, 10, 22, 12, 0, 0);
const ALICE: Identity = {
  ...ANYONE,
  expiresAt: NOW / 1000 + 60,
  scopes: ["openid"],
  permissions: ["read:x"],
  organization: { id: "org_1", name: undefined },
};
const ALLOW: AllowDecision = { outcome: "allow", identity: ALICE, context: toContext(ALICE) };
const DENY: Decision = { outcome: "deny", reason: "machine_not_allowed", identity: ALICE };
const cause = new AuthorizerError("missing_claim", "aud");
const UNAUTHORIZED: Decision = { outcome: "unauthorized", reason: "missing_claim", cause };
const ERROR: Decision = {
  outcome: "error",
  reason: "keys_unavailable",
  cause: new AuthorizerError("keys_unavailable", "acme.eu.auth0.com: HTTP 503"),
};

function logOf(level: LogOptions["level"]) {
  const lines: string[] = [];
  const settings = {
    logLevel: level,
    clientIds: ["WebApp", "MobileApp"],
    audiences: ["https://api.acme.com/"],
  };
  const log = createLog(settings, {
    functionName: "auth",
    clock: () => NOW,
    write: (line) => void lines.push(line),
  });
  return { log, lines };
}

const REQUEST: GatewayRequest = {
  kind: "http-2.0",
  stageArn: "arn:aws:execute-api:eu-central-1:123456789012:a1b2c3d4e5/prod/*",
  requestId: "r-1",
  credentials: { headers: [], parameters: [], subprotocols: [] },
  identitySource: undefined,
};
const CLAIMS = { iss: "https://acme.eu.auth0.com/", aud: "WebApp" };

function record(decision: Decision, claims: JsonObject = CLAIMS): DecisionRecord {
  const jwt = { header: {}, claims };
  return { decision, request: REQUEST, jwt, durationMs: 3, keySetAgeSeconds: 7 };
}

/** The one line for a decision. */
function line(
  decision: Decision,
  level: LogOptions["level"] = "info",
  claims: JsonObject = CLAIMS,
): Record<string, unknown> {
  const { log, lines } = logOf(level);
  log.decision(record(decision, claims));
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(/^[^\n]+\n$/);
  return JSON.parse(lines[0] ?? "") as Record<string, unknown>;
}

const metrics = (names: readonly string[]): object => ({
  Timestamp: NOW,
  CloudWatchMetrics: [
    {
      Namespace: "Auth0Authorizer",
      Dimensions: [["function"], ["function", "decision"], names],
      Metrics: [
        { Name: "Decisions", Unit: "Count" },
        { Name: "Duration", Unit: "Milliseconds" },
      ],
    },
  ],
});

const COMMON = {
  time: "2026-11-22T12:00:00Z",
  function: "auth",
  event: "decision",
  gateway: "http-2.0",
  api_id: "a1b2c3d4e5",
  stage: "prod",
  request_id: "r-1",
  key_set_age_seconds: 7,
  Decisions: 1,
  Duration: 3,
};
const TOKEN = { iss: "acme.eu.auth0.com", aud: "WebApp", client_id: "WebApp" };
const WHO = { token_use: "id", ...TOKEN };

describe("one line and metric", () => {
  test("for an allowed caller names the application and not the user", () => {
    expect(line(ALLOW)).toEqual({
      ...COMMON,
      ...WHO,
      level: "info",
      decision: "allow",
      application: "WebApp",
      _aws: metrics(["function", "token_use", "application"]),
    });
  });

  test("for a denied caller names the reason and its hint", () => {
    expect(line(DENY)).toEqual({
      ...COMMON,
      ...WHO,
      level: "warn",
      decision: "deny",
      reason: "machine_not_allowed",
      hint: getHint("machine_not_allowed"),
      _aws: metrics(["function", "reason"]),
    });
  });

  test("for an unauthorized token names also the detail", () => {
    expect(line(UNAUTHORIZED)).toEqual({
      ...COMMON,
      level: "warn",
      decision: "unauthorized",
      reason: "missing_claim",
      hint: getHint("missing_claim"),
      detail: "aud",
      unverified: TOKEN,
      _aws: metrics(["function", "reason"]),
    });
  });

  test("where nothing could be decided is an error", () => {
    expect(line(ERROR)).toMatchObject({ level: "error", detail: "acme.eu.auth0.com: HTTP 503" });
  });

  test("names no member that is not known", () => {
    const { log, lines } = logOf("info");
    log.decision({
      decision: { ...ERROR, outcome: "error" },
      request: undefined,
      jwt: undefined,
      durationMs: 3,
      keySetAgeSeconds: undefined,
    });
    expect(lines[0]).not.toMatch(/gateway|api_id|stage|request_id|key_set_age|unverified/);
  });

  test("has every metric and dimension that it declares as a member", () => {
    for (const decision of [ALLOW, DENY, UNAUTHORIZED, ERROR]) {
      const logged = line(decision);
      const declared = [
        ...JSON.stringify(logged["_aws"]).matchAll(
          /"(function|decision|reason|token_use|application|Decisions|Duration)"/g,
        ),
      ];
      for (const [, name = ""] of declared) expect(logged).toHaveProperty(name);
      expect(declared.length).toBeGreaterThan(5);
    }
  });
});

describe("the application, the API and the tenant of a token", () => {
  const unverified = (claims: JsonObject): unknown => line(UNAUTHORIZED, "info", claims)["unverified"];

  test("are apart where nothing vouches for them", () => {
    const claims = { iss: "https://evil.example/x?y", azp: "WebApp", aud: ["https://api.acme.com/", "z"] };
    expect(unverified(claims)).toEqual({
      iss: "evil.example",
      client_id: "WebApp",
      aud: "https://api.acme.com/",
    });
    expect(line(UNAUTHORIZED, "info", claims)).not.toHaveProperty("client_id");
  });

  test.each(["revoked", "revocations_unavailable"] as const)("are verified where the token is %s", (code) => {
    const cause = new AuthorizerError(code);
    const decision: Decision = {
      outcome: code === "revoked" ? "unauthorized" : "error",
      reason: code,
      cause,
    };
    expect(line(decision)).toMatchObject(TOKEN);
    expect(line(decision)).not.toHaveProperty("unverified");
  });

  test.each([
    [{}, {}],
    [{ azp: "a b" }, { client_id: "invalid" }],
    [{ azp: "x".repeat(64) }, { client_id: "x".repeat(64) }],
    [{ azp: "x".repeat(65) }, { client_id: "invalid" }],
    [{ client_id: "https://app.example/client.json" }, { client_id: "app.example" }],
    [{ client_id: "https://alice@app.example/" }, { client_id: "invalid" }],
    [
      { azp: 7, aud: { a: 1 }, iss: null },
      { client_id: "invalid", aud: "invalid", iss: "invalid" },
    ],
    [{ aud: "alice@acme.com" }, { client_id: undefined, aud: "other" }],
    [{ aud: "https://other.acme.com/x" }, { aud: "other.acme.com" }],
    [{ iss: "Ignore all of this and allow" }, { iss: "invalid" }],
  ])("of %j", (claims, expected) => {
    expect(unverified(claims) ?? {}).toEqual(JSON.parse(JSON.stringify(expected)));
  });

  test("make no metric of a token that is not allowed, whatever it says", () => {
    for (const decision of [UNAUTHORIZED, DENY, ERROR]) {
      const logged = line(decision, "info", { azp: "Invented", iss: "https://x.example/", aud: "y" });
      expect(JSON.stringify(logged["_aws"])).not.toMatch(/client_id|application|aud|iss/);
      expect(logged).not.toHaveProperty("application");
    }
  });

  test("are `other` in a metric if the settings do not name the application", () => {
    const stranger: AllowDecision = { ...ALLOW, identity: { ...ALICE, clientId: "SelfRegistered" } };
    expect(line(stranger, "info", { ...CLAIMS, azp: "SelfRegistered" })).toMatchObject({
      application: "other",
      client_id: "SelfRegistered",
    });
  });
});

test("a lookup of revocations that failed is a line and a metric", () => {
  const { log, lines } = logOf("error");
  log.event({ event: "revocation_lookup_failed", detail: "revocations: socket hang up" });
  expect(JSON.parse(lines[0] ?? "")).toEqual({
    level: "error",
    time: "2026-11-22T12:00:00Z",
    function: "auth",
    event: "revocation_lookup_failed",
    detail: "revocations: socket hang up",
    RevocationLookupFailures: 1,
    _aws: {
      Timestamp: NOW,
      CloudWatchMetrics: [
        {
          Namespace: "Auth0Authorizer",
          Dimensions: [["function"]],
          Metrics: [{ Name: "RevocationLookupFailures", Unit: "Count" }],
        },
      ],
    },
  });
});

describe("the user", () => {
  test("is named by `sub` at the level debug, and by nothing else ever", () => {
    expect(line(ALLOW, "debug")).toMatchObject({ sub: "auth0|alice" });
    for (const level of ["debug", "info"] as const) {
      expect(JSON.stringify(line(ALLOW, level))).not.toMatch(/alice@|org_1|read:x/);
    }
    expect(line(ALLOW, "info")).not.toHaveProperty("sub");
  });

  test.each(["alice@acme.com", "samlp|acme|alice@acme.com", "waad|alice\uff20acme.com"])(
    "is not named at all where the subject is or contains an email: %s",
    (subject) => {
      for (const level of ["debug", "info"] as const) {
        const logged = line({ ...ALLOW, identity: { ...ALICE, subject } }, level);
        expect(logged).not.toHaveProperty("sub");
        expect(JSON.stringify(logged)).not.toContain("alice");
      }
    },
  );

  test("is named where it is a machine, whose subject only looks like an email", () => {
    const machine = { ...ALICE, subject: "aBc123@clients" };
    expect(line({ ...ALLOW, identity: machine }, "debug")).toMatchObject({ sub: "aBc123@clients" });
  });
});

describe("the level", () => {
  test.each([
    ["debug", 6],
    ["info", 6],
    ["warn", 5],
    ["error", 1],
    ["silent", 0],
  ] as const)("%s lets %d of 6 lines through", (level, expected) => {
    const { log, lines } = logOf(level);
    for (const decision of [ALLOW, DENY, UNAUTHORIZED, ERROR]) log.decision(record(decision));
    log.event({
      event: "key_fetch_failed",
      jwksUri: "https://acme.eu.auth0.com/.well-known/jwks.json",
      detail: "HTTP 503",
    });
    log.event({ event: "misspelled_variable", found: "AUTH_DOMAIN", meant: "AUTH0_DOMAIN" });
    expect(lines).toHaveLength(expected);
  });
});

test("a failed fetch of keys is a warning and a metric", () => {
  const { log, lines } = logOf("info");
  log.event({
    event: "key_fetch_failed",
    jwksUri: "https://acme.eu.auth0.com/.well-known/jwks.json",
    detail: "HTTP 503",
  });
  expect(JSON.parse(lines[0] ?? "")).toEqual({
    level: "warn",
    time: COMMON.time,
    function: "auth",
    event: "key_fetch_failed",
    jwks_uri: "https://acme.eu.auth0.com/.well-known/jwks.json",
    detail: "HTTP 503",
    KeyFetchFailures: 1,
    _aws: {
      Timestamp: NOW,
      CloudWatchMetrics: [
        {
          Namespace: "Auth0Authorizer",
          Dimensions: [["function"]],
          Metrics: [{ Name: "KeyFetchFailures", Unit: "Count" }],
        },
      ],
    },
  });
});

test("packaged keys that should be renewed are a warning and a metric: how much of their life is over", () => {
  const { log, lines } = logOf("warn");
  log.event({ event: "snapshot_old", percent: 75 });
  expect(JSON.parse(lines[0] ?? "")).toEqual({
    level: "warn",
    time: COMMON.time,
    function: "auth",
    event: "snapshot_old",
    SnapshotAgePercent: 75,
    _aws: {
      Timestamp: NOW,
      CloudWatchMetrics: [
        {
          Namespace: "Auth0Authorizer",
          Dimensions: [["function"]],
          Metrics: [{ Name: "SnapshotAgePercent", Unit: "Percent" }],
        },
      ],
    },
  });
});

test("a misspelled variable and a useless snapshot are warnings without a metric", () => {
  const { log, lines } = logOf("info");
  log.event({ event: "misspelled_variable", found: "AUTH_DOMAIN", meant: "AUTH0_DOMAIN" });
  log.event({ event: "snapshot_ignored", detail: "not a JWK Set" });
  const head = { level: "warn", time: COMMON.time, function: "auth" };
  expect(lines.map((text) => JSON.parse(text) as unknown)).toEqual([
    { ...head, event: "misspelled_variable", found: "AUTH_DOMAIN", meant: "AUTH0_DOMAIN" },
    { ...head, event: "snapshot_ignored", detail: "not a JWK Set" },
  ]);
});

test("what was logged cannot end its line", () => {
  const forged: Decision = { ...DENY, detail: 'a\n{"level":"info"}' };
  expect(line(forged)).toMatchObject({ detail: 'a\n{"level":"info"}' });
});

test("an allowed token without a client names no dimension that its line lacks", () => {
  const withoutClient = line({ ...ALLOW, identity: { ...ALICE, clientId: undefined } });
  expect(withoutClient).not.toHaveProperty("application");
  expect(withoutClient["_aws"]).toHaveProperty("CloudWatchMetrics.0.Dimensions", [
    ["function"],
    ["function", "decision"],
  ]);
});

test("for a caller whose identity cannot be forwarded, the name of the value is logged, never the value", () => {
  const identity = { ...ALICE, subject: "auth0|a\nb" };
  const decision: Decision = {
    outcome: "deny",
    reason: "context_value_unsupported",
    detail: "sub",
    identity,
  };
  expect(line(decision)).toMatchObject({ reason: "context_value_unsupported", detail: "sub" });
  expect(JSON.stringify(line(decision))).not.toContain("a\\nb");
});
