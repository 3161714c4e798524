import { describe, expect, test } from "@jest/globals";
import type { GatewayRequest } from "../../src/apigateway/event.ts";
import type { GatewayKind } from "../../src/apigateway/gateways.ts";
import { lacksUsageKey, toResponse, type ResponseRules } from "../../src/authorizer/response.ts";
import { toContext } from "../../src/identity/context.ts";
import type { Decision } from "../../src/authorizer/decision.ts";
import type { Identity } from "../../src/identity/identity.ts";
import { AuthorizerError } from "../../src/errors.ts";
import { ALICE as SOMEBODY } from "../alice.ts";

const STAGE = "arn:aws:execute-api:eu-central-1:123456789012:a1b2c3d4e5/prod/*";
const RULES: ResponseRules = {
  httpApiResponse: "policy",
  httpApiUnauthorized: "401",
  policyEndsWithToken: true,
  clockToleranceSeconds: 5,
  usageKeyClaim: undefined,
};
const DENYING: ResponseRules = { ...RULES, httpApiUnauthorized: "403" };
const SIMPLE: ResponseRules = { ...RULES, httpApiResponse: "simple" };
const KINDS = ["rest-token", "rest-request", "http-1.0", "http-2.0", "websocket"] as const;
const HTTP = ["http-1.0", "http-2.0"] as const;

const ALICE: Identity = { ...SOMEBODY, expiresAt: Date.UTC(2027, 0, 15, 8, 0, 0) / 1000 };
const ALLOW: Decision = { outcome: "allow", identity: ALICE, context: toContext(ALICE) };
const DENY: Decision = { outcome: "deny", reason: "machine_not_allowed", identity: ALICE };
const EXPIRED = new AuthorizerError("expired");
const UNAUTHORIZED: Decision = { outcome: "unauthorized", reason: "expired", cause: EXPIRED };
const DOWN = new AuthorizerError("keys_unavailable");
const ERROR: Decision = { outcome: "error", reason: "keys_unavailable", cause: DOWN };

const ALLOW_STATEMENT = { Effect: "Allow", Action: "execute-api:Invoke", Resource: STAGE };
const DENY_STATEMENT = { Effect: "Deny", Action: "execute-api:Invoke", Resource: STAGE };
const END = { DateGreaterThanEquals: { "aws:CurrentTime": "2027-01-15T08:00:05Z" } };

const request = (kind: GatewayKind): GatewayRequest => ({
  kind,
  stageArn: STAGE,
  requestId: undefined,
  credentials: { headers: [], parameters: [], subprotocols: [] },
  identitySource: undefined,
});
const policy = (principalId: string, Statement: object[], context: object): object => ({
  principalId,
  policyDocument: { Version: "2012-10-17", Statement },
  context,
});

describe.each(KINDS)("on the gateway %s", (kind) => {
  test("an allowed caller gets a policy for the stage, up to the token's end and the tolerance", () => {
    const expected = policy(
      "auth0|alice",
      [ALLOW_STATEMENT, { ...DENY_STATEMENT, Condition: END }],
      toContext(ALICE),
    );
    expect(toResponse(ALLOW, request(kind), RULES)).toStrictEqual(expected);
  });

  test("the policy has no end where the gateway ignores conditions", () => {
    const response = toResponse(ALLOW, request(kind), { ...RULES, policyEndsWithToken: false });
    expect(response).toStrictEqual(policy("auth0|alice", [ALLOW_STATEMENT], toContext(ALICE)));
  });

  test("a denied caller gets a Deny with the reason and nothing of the token but the principal", () => {
    const expected = policy("auth0|alice", [DENY_STATEMENT], { reason: "machine_not_allowed" });
    expect(toResponse(DENY, request(kind), RULES)).toStrictEqual(expected);
  });

  test("where nothing can be decided, that is thrown", () => {
    for (const rules of [RULES, SIMPLE]) {
      expect(() => toResponse(ERROR, request(kind), rules)).toThrow(DOWN);
    }
  });
});

describe.each(KINDS)("on the gateway %s", (kind) => {
  test.each([RULES, SIMPLE])(
    "a request without a valid token is thrown as `Unauthorized`, exactly",
    (rules) => {
      const error = caught(() => toResponse(UNAUTHORIZED, request(kind), rules));
      expect(error).toMatchObject({ name: "Error", message: "Unauthorized", cause: EXPIRED });
    },
  );
});

describe.each(["rest-token", "rest-request", "websocket"] as const)("on the gateway %s", (kind) => {
  test("the setting of HTTP APIs changes nothing", () => {
    expect(caught(() => toResponse(UNAUTHORIZED, request(kind), DENYING))).toMatchObject({
      message: "Unauthorized",
    });
  });

  test("simple responses do not exist", () => {
    expect(toResponse(ALLOW, request(kind), SIMPLE)).toEqual(toResponse(ALLOW, request(kind), RULES));
  });
});

describe.each(HTTP)("on the gateway %s, where it is to answer 403,", (kind) => {
  test("a request without a valid token gets a Deny for an anonymous principal", () => {
    const expected = policy("anonymous", [DENY_STATEMENT], { reason: "expired" });
    expect(toResponse(UNAUTHORIZED, request(kind), DENYING)).toStrictEqual(expected);
  });

  test.each(["not_yet_valid", "unknown_key"] as const)(
    "a token that may be good a moment later gets no Deny, which would be cached: %s",
    (reason) => {
      const decision: Decision = { outcome: "unauthorized", reason, cause: new AuthorizerError(reason) };
      expect(caught(() => toResponse(decision, request(kind), DENYING))).toMatchObject({
        message: "Unauthorized",
      });
    },
  );
});

test.each(KINDS)(
  "on the gateway %s a subject that cannot be forwarded is not the principal either",
  (kind) => {
    const decision: Decision = { outcome: "deny", reason: "context_value_unsupported", identity: ALICE };
    const expected = policy("anonymous", [DENY_STATEMENT], { reason: "context_value_unsupported" });
    expect(toResponse(decision, request(kind), RULES)).toStrictEqual(expected);
  },
);

test("payload 1.0 has no simple responses", () => {
  for (const decision of [ALLOW, DENY, UNAUTHORIZED]) {
    expect(toResponse(decision, request("http-1.0"), { ...DENYING, httpApiResponse: "simple" })).toEqual(
      toResponse(decision, request("http-1.0"), DENYING),
    );
  }
});

describe("a simple response", () => {
  const response = (decision: Decision): unknown => toResponse(decision, request("http-2.0"), SIMPLE);

  test("is true for an allowed caller, with the identity", () => {
    expect(response(ALLOW)).toStrictEqual({ isAuthorized: true, context: toContext(ALICE) });
  });

  test("is false for a denied caller, with the reason", () => {
    expect(response(DENY)).toStrictEqual({
      isAuthorized: false,
      context: { reason: "machine_not_allowed" },
    });
  });

  test("is false without a valid token, with the reason, where the API is to answer 403", () => {
    const rules: ResponseRules = { ...SIMPLE, httpApiUnauthorized: "403" };
    expect(toResponse(UNAUTHORIZED, request("http-2.0"), rules)).toStrictEqual({
      isAuthorized: false,
      context: { reason: "expired" },
    });
  });
});

test("the last date that a token can have is one that a policy can say", () => {
  const identity = { ...ALICE, expiresAt: 253_402_300_739 };
  const rules = { ...RULES, clockToleranceSeconds: 60 };
  const response = toResponse(
    { outcome: "allow", identity, context: toContext(identity) },
    request("rest-token"),
    rules,
  );
  expect(JSON.stringify(response)).toContain('"9999-12-31T23:59:59Z"');
});

function caught(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}

describe("the usage key of a REST API", () => {
  const CLAIM = "https://acme.com/key";
  const LONG = "aB3".repeat(10);
  const decide = (usageKeyClaim: string | undefined, identity: Partial<Identity>, kind: GatewayKind) => {
    const rules = { ...RULES, usageKeyClaim };
    const response = toResponse({ ...ALLOW, identity: { ...ALICE, ...identity } }, request(kind), rules);
    return { response, isLacking: lacksUsageKey(response, kind, rules) };
  };

  test.each([
    ["20 letters and digits", "k".repeat(20)],
    ["128 letters and digits", "9".repeat(128)],
  ])("is a claim of %s", (_what, key) => {
    for (const kind of ["rest-token", "rest-request"] as const) {
      const { response, isLacking } = decide(CLAIM, { claims: { [CLAIM]: key } }, kind);
      expect(response).toHaveProperty("usageIdentifierKey", key);
      expect(isLacking).toBe(false);
    }
  });

  test.each([
    ["is too short", "k".repeat(19)],
    ["is too long", "k".repeat(129)],
    ["has a sign", `${LONG}-`],
    ["has a sign in front", `-${LONG}`],
    ["is a number of 21 digits", 1e20],
    ["is a list", [LONG]],
    ["is missing", undefined],
  ])("is not chosen by a claim that %s, which is reported", (_what, key) => {
    const { response, isLacking } = decide(CLAIM, { claims: { [CLAIM]: key } }, "rest-request");
    expect(response).not.toHaveProperty("usageIdentifierKey");
    expect(isLacking).toBe(true);
  });

  test("is the client's ID, not a claim of that name, if the settings say `client_id`", () => {
    const identity = { clientId: LONG, claims: { client_id: "x".repeat(30) } };
    expect(decide("client_id", identity, "rest-token").response).toHaveProperty("usageIdentifierKey", LONG);
  });

  test.each(["http-1.0", "http-2.0", "websocket"] as const)("does not exist on the gateway %s", (kind) => {
    const { response, isLacking } = decide(CLAIM, { claims: { [CLAIM]: LONG } }, kind);
    expect(response).not.toHaveProperty("usageIdentifierKey");
    expect(isLacking).toBe(false);
  });

  test("is not asked for if the settings name no claim", () => {
    const { response, isLacking } = decide(undefined, { claims: { undefined: LONG } }, "rest-token");
    expect(response).not.toHaveProperty("usageIdentifierKey");
    expect(isLacking).toBe(false);
  });
});
