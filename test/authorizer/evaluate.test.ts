import { beforeAll, describe, expect, test } from "@jest/globals";
import { evaluate, type EvaluationStep, type Evaluator } from "../../src/authorizer/evaluate.ts";
import { createJwtVerifier } from "../../src/token/verify.ts";
import { AuthorizerError } from "../../src/errors.ts";
import { authorizerEvent, bearerEvent } from "../../src/testing/events.ts";
import { createSigningKey, signJwt, type SigningKey } from "../../src/testing/signing-key.ts";
import { ACCESS_RULES } from "../alice.ts";
import { StaticKeySet } from "../token/keys/static-key-set.ts";
import { changed, HEADER, ID_TOKEN, NOW, RULES, type Changes } from "../tokens.ts";

const ALL_STEPS: readonly EvaluationStep[] = [
  ...(["event", "identity-source", "stage", "credential", "form", "header", "issuer"] as const),
  ...(["audience", "token-type", "subject", "lifetime", "sender-constraint", "key", "signature"] as const),
  ...([
    "context",
    "machine",
    "anonymous",
    "agent",
    "actor",
    "organization",
    "email",
    "claims",
    "permissions",
    "route",
    "revocation",
  ] as const),
];

let key: SigningKey;
beforeAll(() => {
  key = createSigningKey({ kid: "key-1" });
});

const signed = (changes: Changes = {}): string =>
  signJwt(HEADER, changed(ID_TOKEN, { email: "alice@acme.com", email_verified: true, ...changes }), key);

function evaluator(changes: Partial<Evaluator> = {}, contextClaims: Record<string, string> = {}): Evaluator {
  const keySet = new StaticKeySet(key);
  return {
    rules: {
      ...ACCESS_RULES,
      emailClaim: undefined,
      contextClaims,
      shared: false,
      webSocketTokenParameter: "access_token",
      clientIds: RULES.clientIds,
      audiences: RULES.audiences,
    },
    verify: createJwtVerifier({ rules: RULES, getKeySet: () => keySet, clock: () => NOW * 1000 }),
    revocations: { check: () => Promise.resolve() },
    ...changes,
  };
}

/** The decision on an event, and the steps that led to it. */
async function evaluated(event: unknown, by: Evaluator = evaluator()) {
  const steps: string[] = [];
  const { request, decision } = await evaluate(event, by, (step) => void steps.push(step));
  return { request, decision, steps };
}

describe("a request", () => {
  test("takes every step, in this order, before it is accepted", async () => {
    const { decision, request, steps } = await evaluated(bearerEvent("http-2.0", signed()));
    expect(decision).toMatchObject({ outcome: "allow", context: { email: "alice@acme.com" } });
    expect(request?.kind).toBe("http-2.0");
    expect(steps).toEqual(ALL_STEPS);
  });

  test("looks up no revocation without a table", async () => {
    const { decision, steps } = await evaluated(
      bearerEvent("rest-token", signed()),
      evaluator({ revocations: undefined }),
    );
    expect(decision.outcome).toBe("allow");
    expect(steps).toEqual(ALL_STEPS.filter((name) => name !== "revocation"));
  });

  test("is allowed without anything that watches the steps", async () => {
    const { decision } = await evaluate(bearerEvent("rest-token", signed()), evaluator());
    expect(decision.outcome).toBe("allow");
  });

  test("is refused where its token is revoked", async () => {
    const check = async (): Promise<void> => {
      await Promise.resolve();
      throw new AuthorizerError("revoked", "sub");
    };
    const { decision, steps } = await evaluated(
      bearerEvent("rest-token", signed()),
      evaluator({ revocations: { check } }),
    );
    expect(decision).toMatchObject({ outcome: "unauthorized", reason: "revoked" });
    expect(steps.at(-1)).toBe("revocation");
  });

  test("asks nothing about revocations for a caller without access", async () => {
    let asked = 0;
    const check = (): Promise<void> => Promise.resolve(void (asked += 1));
    const by = evaluator({ revocations: { check } });
    const denied = await evaluated(bearerEvent("rest-token", signed({ email_verified: false })), by);
    expect(denied.decision).toMatchObject({ outcome: "deny", reason: "email_not_verified" });
    expect(asked).toBe(0);
    await evaluated(bearerEvent("rest-token", signed()), by);
    expect(asked).toBe(1);
  });

  test.each([
    ["no event of a gateway", () => ({}), "error", "unsupported_event", "event"],
    ["no token", () => authorizerEvent("rest-request"), "unauthorized", "missing_token", "credential"],
    [
      "an expired token",
      () => bearerEvent("rest-request", signed({ exp: NOW - 60 })),
      ...(["unauthorized", "expired", "lifetime"] as const),
    ],
    [
      "a user without an email",
      () => bearerEvent("rest-request", signed({ email: undefined })),
      ...(["deny", "email_missing", "email"] as const),
    ],
    [
      "an identity that the gateway would change",
      () => bearerEvent("rest-request", signed({ sub: "a\nb" })),
      ...(["deny", "context_value_unsupported", "context"] as const),
    ],
  ])("ends with its first refusal: %s", async (_, event, outcome, reason, last) => {
    const { decision, steps } = await evaluated(event());
    expect(decision).toMatchObject({ outcome, reason });
    expect(steps.at(-1)).toBe(last);
  });
});

describe("custom claims", () => {
  const event = (roles: unknown) => bearerEvent("rest-request", signed({ roles }));

  test("are in the context where the settings name them", async () => {
    const { decision } = await evaluated(event(["editor"]), evaluator({}, { roles: "roles" }));
    expect(decision).toMatchObject({ outcome: "allow", context: { roles: "editor" } });
  });

  test("never replace the verified identity, not even under its names", async () => {
    const { decision } = await evaluated(event("mallory"), evaluator({}, { sub: "roles", roles: "roles" }));
    expect(decision).toMatchObject({ context: { sub: "auth0|alice", roles: "mallory" } });
  });

  test("are not where they do not", async () => {
    const { decision } = await evaluated(event(["editor"]));
    expect(decision).not.toHaveProperty("context.roles");
  });

  test("refuse their caller where they are too much", async () => {
    const { decision } = await evaluated(event("a".repeat(2050)), evaluator({}, { roles: "roles" }));
    expect(decision).toMatchObject({ outcome: "deny", reason: "claims_too_large" });
  });
});

test("an error that is not an AuthorizerError is thrown again", async () => {
  const verify = () => Promise.reject(new TypeError("a bug of ours"));
  await expect(evaluated(bearerEvent("rest-token", signed()), evaluator({ verify }))).rejects.toThrow(
    "a bug of ours",
  );
});
