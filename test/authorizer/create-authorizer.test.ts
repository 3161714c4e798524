import { spawnSync } from "node:child_process";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { createAuthorizer, type Authorizer } from "../../src/authorizer/create-authorizer.ts";
import { ConfigurationError } from "../../src/settings/configuration-error.ts";
import { type Settings } from "../../src/settings/settings.ts";
import { bearerEvent, authorizerEvent } from "../../src/testing/events.ts";
import { createSigningKey } from "../../src/testing/signing-key.ts";
import { startFakeTenant, type FakeTenant } from "../../src/testing/tenant.ts";

/** Keys are slow to make, and a busy machine is slower. */
const KINDS = ["rest-token", "rest-request", "http-1.0", "http-2.0", "websocket"] as const;
const LOG = new URL("../../src/logging/stdout.ts", import.meta.url).href;
const STAGE = "arn:aws:execute-api:eu-central-1:123456789012:a1b2c3d4e5/prod/*";

let tenant: FakeTenant;
let lines: Record<string, unknown>[];
let authorize: Authorizer;

beforeAll(async () => {
  tenant = await startFakeTenant();
  authorize = authorizer();
});
afterAll(() => tenant.close());
afterEach(() => tenant.fail());

function authorizer(options: Partial<Settings> = {}, clock = Date.now): Authorizer {
  lines = [];
  return createAuthorizer(
    { ...tenant.settings, ...options },
    { clock, write: (line) => void lines.push(JSON.parse(line) as Record<string, unknown>) },
  );
}

const last = (): Record<string, unknown> => lines.at(-1) ?? {};

describe.each(KINDS)("on the gateway %s", (kind) => {
  beforeAll(() => {
    authorize = authorizer();
  });

  test.each([
    ["an ID token", () => tenant.idToken(), "id"],
    ["an access token of Auth0's profile", () => tenant.accessToken(), "access"],
    ["an access token of RFC 9068", () => tenant.accessToken({ profile: "rfc9068" }), "access"],
  ])("allows a caller who has %s", async (_, token, use) => {
    await expect(authorize(bearerEvent(kind, token()))).resolves.toMatchObject({
      principalId: "auth0|alice",
      policyDocument: {
        Statement: [
          { Effect: "Allow", Resource: STAGE },
          { Effect: "Deny", Resource: STAGE, Condition: { DateGreaterThanEquals: {} } },
        ],
      },
      context: { sub: "auth0|alice", email: "alice@example.com", email_verified: "true", token_use: use },
    });
    expect(last()).toMatchObject({ event: "decision", decision: "allow", gateway: kind, token_use: use });
    expect(last()["key_set_age_seconds"]).toBeGreaterThanOrEqual(0);
  });

  test.each([
    ["a text", "t1", { tenant_id: "t1" }],
    ["a number", 42, { tenant_id: "42" }],
    ["an object", { a: 1 }, { custom_claims: Buffer.from('{"tenant_id":{"a":1}}').toString("base64url") }],
  ])("forwards a custom claim that is %s, as text", async (_, value, expected) => {
    const claim = "https://acme.com/tenant_id";
    const handing = authorizer({ contextClaims: { tenant_id: claim } });
    for (const token of [
      tenant.idToken({ claims: { [claim]: value } }),
      tenant.accessToken({ claims: { [claim]: value } }),
    ])
      await expect(handing(bearerEvent(kind, token))).resolves.toMatchObject({ context: expected });
  });

  test("refuses a caller whose email is not verified, with a Deny and a reason", async () => {
    const token = tenant.idToken({ claims: { email_verified: false } });
    await expect(authorize(bearerEvent(kind, token))).resolves.toStrictEqual({
      principalId: "auth0|alice",
      policyDocument: {
        Version: "2012-10-17",
        Statement: [{ Effect: "Deny", Action: "execute-api:Invoke", Resource: STAGE }],
      },
      context: { reason: "email_not_verified" },
    });
    expect(last()).toMatchObject({
      decision: "deny",
      reason: "email_not_verified",
      iss: new URL(tenant.issuer).host,
    });
  });

  test.each([
    ["without a token", () => authorizerEvent(kind), "missing_token"],
    [
      "with a token that has expired",
      () => bearerEvent(kind, tenant.idToken({ claims: { exp: 1 } })),
      "expired",
    ],
    [
      "with a token that another party signed",
      () => bearerEvent(kind, tenant.idToken({ key: { ...createSigningKey(), kid: tenant.currentKey.kid } })),
      "bad_signature",
    ],
  ])("says no to a request %s", async (_, event, reason) => {
    await expect(authorize(event())).rejects.toMatchObject({ name: "Error", message: "Unauthorized" });
    expect(last()).toMatchObject({ decision: "unauthorized", reason, gateway: kind });
  });

  test("cannot decide without keys, and says so with its own error", async () => {
    tenant.fail(503);
    const down = authorizer();
    await expect(down(bearerEvent(kind, tenant.idToken()))).rejects.toMatchObject({
      name: "AuthorizerError",
      code: "keys_unavailable",
    });
    expect(last()).toMatchObject({ level: "error", decision: "error", reason: "keys_unavailable" });
    expect(lines.some(({ event }) => event === "key_fetch_failed")).toBe(true);
  });

  test("refuses a token before it knows any key", async () => {
    tenant.fail(503);
    const down = authorizer();
    const event = bearerEvent(kind, tenant.idToken({ claims: { exp: 1 } }));
    await down(event).catch((error: unknown) => error);
    expect(last()).toMatchObject({ decision: "unauthorized", reason: "expired" });
  });
});

describe("the authorizer", () => {
  test("answers simply where the HTTP API wants it so", async () => {
    const simple = authorizer({ httpApiResponse: "simple" });
    await expect(simple(bearerEvent("http-2.0", tenant.idToken()))).resolves.toMatchObject({
      isAuthorized: true,
      context: { email: "alice@example.com" },
    });
    const unverified = tenant.idToken({ claims: { email_verified: false } });
    await expect(simple(bearerEvent("http-2.0", unverified))).resolves.toStrictEqual({
      isAuthorized: false,
      context: { reason: "email_not_verified" },
    });
  });

  test("denies without a valid token where an HTTP API is to answer 403", async () => {
    const denying = authorizer({ httpApiUnauthorized: "403" });
    const expired = bearerEvent("http-2.0", tenant.idToken({ claims: { exp: 1 } }));
    await expect(denying(expired)).resolves.toMatchObject({
      principalId: "anonymous",
      policyDocument: { Statement: [{ Effect: "Deny" }] },
      context: { reason: "expired" },
    });
  });

  test("cannot decide where an HTTP API would cache one caller's answer for another", async () => {
    const any = authorizer({ httpApiUnauthorized: "403" });
    const bySession = { ...bearerEvent("http-2.0", tenant.idToken()), identitySource: ["session-1"] };
    await expect(any(bySession)).rejects.toMatchObject({ code: "identity_source_without_token" });
    expect(last()).toMatchObject({ level: "error", decision: "error", gateway: "http-2.0" });
    const withoutToken = { ...authorizerEvent("http-2.0"), identitySource: ["session-1"] };
    await expect(any(withoutToken)).rejects.toMatchObject({ code: "identity_source_without_token" });
  });

  test.each(["rest-token", "rest-request", "http-1.0", "http-2.0"] as const)(
    "decides by the header alone on %s, whatever `access_token` the address has",
    async (kind) => {
      const query = [["access_token", "x"]] as const;
      const headers = [["Authorization", `Bearer ${tenant.idToken()}`]] as const;
      await expect(authorizer()(authorizerEvent(kind, { headers, query }))).resolves.toHaveProperty(
        "context.email",
        "alice@example.com",
      );
      const only = authorizerEvent(kind, { query: [["access_token", tenant.idToken()]] });
      await expect(authorizer()(only)).rejects.toThrow("Unauthorized");
      expect(last()).toMatchObject({ reason: "missing_token" });
    },
  );

  test.each(["rest-request", "http-2.0", "websocket"] as const)(
    "allows an enterprise user with a backslash in the subject on %s",
    async (kind) => {
      const user = { sub: "samlp|acme|ACME\\alice", email: "alice@example.com", email_verified: true };
      await expect(authorizer()(bearerEvent(kind, tenant.idToken({ user })))).resolves.toMatchObject({
        principalId: "samlp|acme|ACME\\alice",
        context: { sub: "samlp|acme|ACME\\alice" },
      });
    },
  );

  test("refuses a verified user whom the gateway could not forward with 403, not with a loop of sign-ins", async () => {
    const user = { sub: "samlp|acme|ACME\\alice", email: "alice@example.com", email_verified: true };
    await expect(authorizer()(bearerEvent("http-1.0", tenant.idToken({ user })))).resolves.toMatchObject({
      principalId: "anonymous",
      context: { reason: "context_value_unsupported" },
    });
    expect(last()).toMatchObject({
      decision: "deny",
      reason: "context_value_unsupported",
      detail: "sub",
    });
  });

  test("denies anonymous visitors, and allows them where the settings do", async () => {
    const token = tenant.accessToken({ user: { sub: "anon@5f7c8ec7c33c6c004bbafe82" } });
    const open = authorizer({ emailPolicy: "optional", allowMachines: true });
    await expect(open(bearerEvent("http-2.0", token))).resolves.toMatchObject({
      context: { reason: "anonymous_not_allowed" },
    });
    const more = authorizer({ emailPolicy: "optional", allowAnonymous: true });
    await expect(more(bearerEvent("http-2.0", token))).resolves.toMatchObject({
      context: { principal_type: "anonymous" },
    });
  });

  test("does not understand an event that no gateway sends, and logs that it does not", async () => {
    const any = authorizer();
    for (const event of [undefined, null, {}, { Records: [] }, "event"]) {
      await expect(any(event)).rejects.toMatchObject({ name: "AuthorizerError", code: "unsupported_event" });
      expect(last()).toMatchObject({ level: "error", decision: "error", reason: "unsupported_event" });
      expect(last()).not.toHaveProperty("gateway");
    }
  });

  test("fetches the keys when it is made, before the first request, and then keeps them", async () => {
    const fresh = await startFakeTenant();
    try {
      const made = createAuthorizer({ ...fresh.settings, logLevel: "silent" });
      while (fresh.fetches === 0) await new Promise((resolve) => setImmediate(resolve));
      expect(fresh.fetches).toBe(1);
      await made(bearerEvent("http-2.0", fresh.idToken()));
      await made(bearerEvent("http-2.0", fresh.idToken()));
      expect(fresh.fetches).toBe(1);
    } finally {
      await fresh.close();
    }
  });

  test("accepts two issuers, each with its own keys only", async () => {
    const custom = await startFakeTenant();
    try {
      const both = authorizer({ domain: [tenant.issuer, custom.issuer] });
      await expect(both(bearerEvent("http-2.0", tenant.idToken()))).resolves.toMatchObject({
        context: { iss: tenant.issuer },
      });
      await expect(both(bearerEvent("http-2.0", custom.idToken()))).resolves.toMatchObject({
        context: { iss: custom.issuer },
      });
      const crossed = custom.idToken({ claims: { iss: tenant.issuer } });
      await expect(both(bearerEvent("http-2.0", crossed))).rejects.toThrow("Unauthorized");
      expect(last()).toMatchObject({ reason: "unknown_key" });
    } finally {
      await custom.close();
    }
  });

  test("measures how long a decision took by its clock", async () => {
    let now = Date.now();
    const slow = authorizer({}, () => (now += 3));
    await slow(bearerEvent("http-2.0", tenant.idToken()));
    expect(last()["Duration"]).toBeGreaterThan(0);
    expect(last()["Duration"]).toBeLessThan(3000);
    expect(Number(last()["Duration"]) % 3).toBe(0);
  });

  test("warns once of a time of issue that lies ahead, and not of one that has come", () => {
    const at = Date.UTC(2026, 10, 30, 8);
    authorizer({ issuedAfter: "2026-11-30T08:00:01Z" }, () => at);
    expect(lines).toMatchObject([{ event: "issued_after_in_future", issued_after: "2026-11-30T08:00:01Z" }]);
    authorizer({ issuedAfter: "2026-11-30T08:00:00Z" }, () => at);
    expect(lines).toEqual([]);
    authorizer({}, () => at);
    expect(lines).toEqual([]);
  });

  test("does not start with an issue in its settings", () => {
    expect(() => createAuthorizer({ domain: [] })).toThrow(ConfigurationError);
  });

  describe("with packaged keys", () => {
    const agesOf = (issuer: string, options: Partial<Settings> = {}, days = 6): unknown[] => {
      const at = Date.UTC(2026, 10, 30);
      const logged: Record<string, unknown>[] = [];
      const write = (line: string): void => void logged.push(JSON.parse(line) as Record<string, unknown>);
      const snapshots = new Map([[issuer, { jwks: { keys: [] }, takenAt: at - days * 24 * 60 * 60 * 1000 }]]);
      createAuthorizer({ ...tenant.settings, ...options }, { write, snapshots, clock: () => at });
      return logged.flatMap((line) => (line["event"] === "snapshot_old" ? line["SnapshotAgePercent"] : []));
    };

    test("counts once, when it is made, how much of their life is over, where that is much", () => {
      expect(agesOf(tenant.issuer)).toEqual([86]);
      expect(agesOf(tenant.issuer, { jwksSnapshotMaxAgeSeconds: 691_200 })).toEqual([75]);
      expect(agesOf(tenant.issuer, { jwksSnapshotMaxAgeSeconds: 740_000 })).toEqual([70]);
      expect(agesOf(tenant.issuer, { jwksSnapshotMaxAgeSeconds: 741_000 })).toEqual([]);
      expect(agesOf(tenant.issuer, { jwksSnapshotMaxAgeSeconds: 864_000 }, 7)).toEqual([70]);
      expect(agesOf(tenant.issuer, { jwksSnapshotMaxAgeSeconds: 1_209_600 })).toEqual([]);
    });

    test("counts nothing where it does not use them", () => {
      expect(agesOf(tenant.issuer, { jwksSnapshotMaxAgeSeconds: 0 })).toEqual([]);
      expect(agesOf("https://other.eu.auth0.com/")).toEqual([]);
    });
  });

  describe("made in code, in an environment", () => {
    const before = { ...process.env };
    afterEach(() => {
      process.env = { ...before };
    });
    const statements = async (options: Partial<Settings> = {}) => {
      const response = await authorizer(options)(bearerEvent("rest-request", tenant.idToken()));
      return "policyDocument" in response
        ? response.policyDocument.Statement.map(({ Effect }) => Effect)
        : [];
    };

    test("counts under the name of the Lambda function, as the alarms do", async () => {
      process.env["AWS_LAMBDA_FUNCTION_NAME"] = "orders-prod-auth0";
      await statements();
      expect(last()["function"]).toBe("orders-prod-auth0");
    });

    test("counts under a default name without one", async () => {
      delete process.env["AWS_LAMBDA_FUNCTION_NAME"];
      await statements();
      expect(last()["function"]).toBe("authorizer");
    });

    test.each([
      ["true", ["Allow"]],
      ["false", ["Allow", "Deny"]],
    ])("with IS_OFFLINE=%s, its policy says %j", async (offline, effects) => {
      process.env["IS_OFFLINE"] = offline;
      expect(await statements()).toEqual(effects);
    });

    test("ends its policy under serverless-offline where it is set to", async () => {
      process.env["IS_OFFLINE"] = "true";
      expect(await statements({ policyEndsWithToken: true })).toEqual(["Allow", "Deny"]);
    });
  });

  test("throws what is not a refusal as it is, so that nothing is hidden", async () => {
    const event = authorizerEvent("http-2.0");
    Object.defineProperty(event, "headers", { get: () => JSON.parse("{") as never });
    await expect(authorizer()(event)).rejects.toThrow(SyntaxError);
  });

  test("writes its line to the descriptor of the standard output", () => {
    const script = `const { writeToStdout } = await import(${JSON.stringify(LOG)}); writeToStdout("a line\\n");`;
    const { stdout } = spawnSync(
      process.execPath,
      ["--import", "tsx", "--input-type=module", "--eval", script],
      {
        encoding: "utf8",
      },
    );
    expect(stdout).toBe("a line\n");
  });
});

describe("the usage plan of a REST API", () => {
  const KEY = "Customer0000000000A7";
  const answer = (kind: (typeof KINDS)[number], plan: unknown): Promise<unknown> =>
    authorizer({ usageKeyClaim: "https://acme.com/plan" })(
      bearerEvent(kind, tenant.idToken({ claims: { "https://acme.com/plan": plan } })),
    );

  test.each([KEY, KEY.padEnd(128, "x")])("is chosen by a claim that may be an API key: %s", async (plan) => {
    await expect(answer("rest-request", plan)).resolves.toMatchObject({ usageIdentifierKey: plan });
    expect(last()).toMatchObject({ event: "decision" });
    expect(lines.filter(({ event }) => event === "usage_key_unusable")).toEqual([]);
  });

  test.each([undefined, KEY.slice(1), KEY.padEnd(129, "x"), `${KEY}-`, 7])(
    "is left out, and counted, for a claim that cannot be one: %s",
    async (plan) => {
      await expect(answer("rest-token", plan)).resolves.not.toHaveProperty("usageIdentifierKey");
      expect(last()).toMatchObject({ event: "usage_key_unusable", UsageKeysUnusable: 1 });
    },
  );

  test.each(["http-1.0", "http-2.0", "websocket"] as const)("is not one of %s", async (kind) => {
    await expect(answer(kind, KEY)).resolves.not.toHaveProperty("usageIdentifierKey");
    expect(last()).toMatchObject({ event: "decision" });
  });

  test("is not counted for a caller who is denied", async () => {
    const token = tenant.idToken({ claims: { email_verified: false } });
    await authorizer({ usageKeyClaim: "client_id" })(bearerEvent("rest-request", token));
    expect(last()).toMatchObject({ event: "decision" });
    expect(lines.filter(({ event }) => event === "usage_key_unusable")).toEqual([]);
  });
});

describe("permissions by route", () => {
  const rules: Partial<Settings> = {
    routePermissions: { "GET /orders/{id}": ["read:orders"], "GET /hello": [] },
  };
  const token = (permissions: string[] = []): string => tenant.accessToken({ claims: { permissions } });

  test("allow the one call of a REST API, and never what its path could stand for", async () => {
    const event = (path: string): object => {
      const rest = bearerEvent("rest-request", token(["read:orders"])) as unknown as Record<string, object>;
      const methodArn = STAGE.replace("*", `GET${path}`);
      const requestContext = { ...rest["requestContext"], httpMethod: "GET", resourcePath: "/orders/{id}" };
      return { ...rest, methodArn, requestContext };
    };
    await expect(authorizer(rules)(event("/orders/1"))).resolves.toMatchObject({
      policyDocument: {
        Statement: [
          { Effect: "Allow", Resource: STAGE.replace("*", "GET/orders/1") },
          { Effect: "Deny", Resource: STAGE.replace("*", "GET/orders/1") },
        ],
      },
    });
    await expect(authorizer(rules)(event("/orders/*"))).resolves.toMatchObject({
      policyDocument: { Statement: [{ Effect: "Deny", Resource: STAGE }] },
      context: { reason: "context_value_unsupported" },
    });
  });

  test.each([
    ["GET /orders/{id}", ["read:orders"], "Allow", undefined],
    ["GET /orders/{id}", [], "Deny", "permission_missing"],
    ["GET /hello", [], "Allow", undefined],
    ["GET /admin", ["read:orders"], "Deny", "route_not_listed"],
  ] as const)("of an HTTP API's %s with %j: %s", async (routeKey, permissions, Effect, reason) => {
    const http = bearerEvent("http-2.0", token([...permissions]));
    const identitySource = [...(http["identitySource"] as string[]), routeKey];
    await expect(authorizer(rules)({ ...http, routeKey, identitySource })).resolves.toMatchObject({
      policyDocument: { Statement: [{ Effect, Resource: STAGE }, ...(Effect === "Allow" ? [{}] : [])] },
      context: reason === undefined ? {} : { reason },
    });
  });

  test.each(["rest-token", "http-1.0", "http-2.0"] as const)(
    "are an error on %s, where an answer could be for another route",
    async (kind) => {
      await expect(authorizer(rules)(bearerEvent(kind, token()))).rejects.toMatchObject({
        code: kind === "http-2.0" ? "identity_source_without_route" : "unsupported_event",
      });
    },
  );
});

describe("an authorizer that several APIs share", () => {
  const OTHER = "https://billing.example.com/";
  const send = async (auth0Audiences: string | undefined, sent: string): Promise<unknown> => {
    const audiences = [...tenant.settings.audiences, OTHER];
    const event = {
      ...bearerEvent("rest-request", sent),
      stageVariables: auth0Audiences && { auth0Audiences },
    };
    return authorizer({ shared: true, audiences })(event);
  };
  const here = (): string => tenant.settings.audiences[0] ?? "";

  test("accepts the audience of the API", async () => {
    await expect(send(here(), tenant.accessToken())).resolves.toMatchObject({ context: { aud: here() } });
  });

  test("accepts no token of another API, and no ID token, at this one", async () => {
    for (const sent of [tenant.accessToken({ claims: { aud: OTHER } }), tenant.idToken()]) {
      await expect(send(here(), sent)).rejects.toThrow(/^Unauthorized$/);
      expect(last()).toMatchObject({ reason: "unknown_audience" });
    }
  });

  test.each([undefined, "https://evil.example/"])("answers 500 where the stage says %s", async (variable) => {
    await expect(send(variable, tenant.accessToken())).rejects.toMatchObject({
      code: "stage_variable_invalid",
      detail: "auth0Audiences",
    });
  });

  test("answers 500 to a TOKEN authorizer, which has no stage variables", async () => {
    const event = bearerEvent("rest-token", tenant.accessToken());
    await expect(authorizer({ shared: true })(event)).rejects.toMatchObject({
      code: "stage_variable_invalid",
    });
  });
});
