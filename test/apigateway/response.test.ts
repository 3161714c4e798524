import { describe, expect, test } from "@jest/globals";
import type { GatewayKind, GatewayRequest } from "../../src/apigateway/event.ts";
import { toAnswer, type AnswerRules } from "../../src/apigateway/response.ts";
import { toContext } from "../../src/apigateway/context.ts";
import type { Decision } from "../../src/decision.ts";
import type { Identity } from "../../src/identity.ts";
import { Refusal } from "../../src/refusal.ts";
import { ALICE as SOMEBODY } from "../alice.ts";

const STAGE = "arn:aws:execute-api:eu-central-1:123456789012:a1b2c3d4e5/prod/*";
const RULES: AnswerRules = { httpApiResponse: "policy", policyEndsWithToken: true, clockToleranceSeconds: 5 };
const SIMPLE: AnswerRules = { ...RULES, httpApiResponse: "simple" };
const KINDS = ["rest-token", "rest-request", "http-1.0", "http-2.0", "websocket"] as const;
const HTTP = ["http-1.0", "http-2.0"] as const;

const ALICE: Identity = { ...SOMEBODY, expiresAt: Date.UTC(2027, 0, 15, 8, 0, 0) / 1000 };
const ACCEPTED: Decision = { outcome: "accepted", identity: ALICE };
const CALLER_REFUSED: Decision = { outcome: "caller-refused", reason: "machine_client", identity: ALICE };
const EXPIRED = new Refusal("expired");
const NO_TOKEN: Decision = { outcome: "no-valid-token", reason: "expired", cause: EXPIRED };
const DOWN = new Refusal("keys_unavailable");
const UNDECIDED: Decision = { outcome: "undecided", reason: "keys_unavailable", cause: DOWN };

const ALLOW = { Effect: "Allow", Action: "execute-api:Invoke", Resource: STAGE };
const DENY = { Effect: "Deny", Action: "execute-api:Invoke", Resource: STAGE };
const END = { DateGreaterThanEquals: { "aws:CurrentTime": "2027-01-15T08:00:05Z" } };

const request = (kind: GatewayKind): GatewayRequest => ({
  kind,
  stageArn: STAGE,
  requestId: undefined,
  credentials: { headers: [], parameters: [], parameterAllowed: false },
});
const policy = (principalId: string, Statement: object[], context: object): object => ({
  principalId,
  policyDocument: { Version: "2012-10-17", Statement },
  context,
});

describe.each(KINDS)("on the gateway %s", (kind) => {
  test("an accepted caller gets a policy for the stage, up to the token's end and the tolerance", () => {
    const expected = policy("auth0|alice", [ALLOW, { ...DENY, Condition: END }], toContext(ALICE));
    expect(toAnswer(ACCEPTED, request(kind), RULES)).toStrictEqual(expected);
  });

  test("the policy has no end where the gateway ignores conditions", () => {
    const answer = toAnswer(ACCEPTED, request(kind), { ...RULES, policyEndsWithToken: false });
    expect(answer).toStrictEqual(policy("auth0|alice", [ALLOW], toContext(ALICE)));
  });

  test("a refused caller gets a Deny with the reason and nothing of the token but the principal", () => {
    const expected = policy("auth0|alice", [DENY], { reason: "machine_client" });
    expect(toAnswer(CALLER_REFUSED, request(kind), RULES)).toStrictEqual(expected);
  });

  test("where nothing can be decided, that is thrown", () => {
    for (const rules of [RULES, SIMPLE]) {
      expect(() => toAnswer(UNDECIDED, request(kind), rules)).toThrow(DOWN);
    }
  });
});

describe.each(["rest-token", "rest-request", "websocket"] as const)("on the gateway %s", (kind) => {
  test.each([RULES, SIMPLE])(
    "a request without a valid token is thrown as `Unauthorized`, exactly",
    (rules) => {
      const error = caught(() => toAnswer(NO_TOKEN, request(kind), rules));
      expect(error).toMatchObject({ name: "Error", message: "Unauthorized", cause: EXPIRED });
    },
  );

  test("simple responses do not exist", () => {
    expect(toAnswer(ACCEPTED, request(kind), SIMPLE)).toEqual(toAnswer(ACCEPTED, request(kind), RULES));
  });
});

test.each(HTTP)("on the gateway %s a request without a valid token gets a Deny for nobody", (kind) => {
  const expected = policy("anonymous", [DENY], { reason: "expired" });
  expect(toAnswer(NO_TOKEN, request(kind), RULES)).toStrictEqual(expected);
});

test("payload 1.0 has no simple responses", () => {
  for (const decision of [ACCEPTED, CALLER_REFUSED, NO_TOKEN]) {
    expect(toAnswer(decision, request("http-1.0"), SIMPLE)).toEqual(
      toAnswer(decision, request("http-1.0"), RULES),
    );
  }
});

describe("a simple response", () => {
  const answer = (decision: Decision): unknown => toAnswer(decision, request("http-2.0"), SIMPLE);

  test("is true for an accepted caller, with the identity", () => {
    expect(answer(ACCEPTED)).toStrictEqual({ isAuthorized: true, context: toContext(ALICE) });
  });

  test("is false for a refused caller, with the reason", () => {
    expect(answer(CALLER_REFUSED)).toStrictEqual({
      isAuthorized: false,
      context: { reason: "machine_client" },
    });
  });

  test("is false without a valid token, with the reason", () => {
    expect(answer(NO_TOKEN)).toStrictEqual({ isAuthorized: false, context: { reason: "expired" } });
  });
});

test("the last date that a token can have is one that a policy can say", () => {
  const identity = { ...ALICE, expiresAt: 253_402_300_739 };
  const rules = { ...RULES, clockToleranceSeconds: 60 };
  const answer = toAnswer({ outcome: "accepted", identity }, request("rest-token"), rules);
  expect(JSON.stringify(answer)).toContain('"9999-12-31T23:59:59Z"');
});

function caught(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}
