import { describe, expect, it } from "@jest/globals";
import { httpApi, restApi } from "../../src/testing/index.ts";
import { answering, BEARER, ok, policy } from "./lambdas.ts";

/** What other people saw the real gateways do; bench/gateway-behaviour.md has the sources. */
describe.each(["token", "request"] as const)("a REST API with a %s authorizer", (type) => {
  const call = async (answer: object) => {
    const backend = ok();
    const api = restApi({ type, authorizer: answering(answer), routes: { "GET /a": backend } });
    const { status } = await api.fetch("/a", BEARER);
    const [event] = backend.events as { requestContext: { authorizer: object } }[];
    return [status, event?.requestContext.authorizer];
  };

  it("forwards null as null, beside strings of the other scalars", async () => {
    const context = { nothing: null, number: 123, flag: true, absent: undefined };
    const [status, seen] = await call(policy("Allow", { context }));
    expect(status).toBe(200);
    expect(seen).toEqual({
      nothing: null,
      number: "123",
      flag: "true",
      principalId: "auth0|alice",
      integrationLatency: expect.any(Number),
    });
  });

  it("turns a number as the principal into a string", async () => {
    expect(await call(policy("Allow", { principalId: 7 }))).toMatchObject([200, { principalId: "7" }]);
  });

  it.each([
    ["a principal that is an object", policy("Allow", { principalId: {} })],
    ["a list in the context", policy("Allow", { context: { a: ["b"] } })],
    ["an object in the context", policy("Allow", { context: { a: { b: 1 } } })],
    ["a field beside the policy that it does not know", policy("Allow", { unknown: 1 })],
    ["the answer of a function that crashed", { errorType: "Error", errorMessage: "broken" }],
  ])("cannot read %s", async (_, answer) => {
    expect(await call(answer)).toEqual([500, undefined]);
  });

  it("takes null for the usage key, and an empty condition, but no null condition", async () => {
    expect((await call(policy("Allow", { usageIdentifierKey: null, context: {} })))[0]).toBe(200);
    for (const [Condition, status] of [
      [{}, 200],
      [null, 500],
    ] as const) {
      const statement = { Effect: "Allow", Action: "execute-api:Invoke", Resource: "*", Condition };
      const policyDocument = { Version: "2012-10-17", Statement: [statement] };
      expect((await call({ principalId: "user", policyDocument }))[0]).toBe(status);
    }
  });
});

describe("quotes in the context, from the cache", () => {
  const statuses = async (value: string, create: (lambda: ReturnType<typeof answering>) => object) => {
    const api = create(answering(policy("Allow", { context: { value } }))) as ReturnType<typeof httpApi>;
    return [(await api.fetch("/a", BEARER)).status, (await api.fetch("/a", BEARER)).status];
  };
  const common = { routes: { "GET /a": ok() }, ttlSeconds: 60 };

  it("are a 500 with payload 1.0, and base64 is not", async () => {
    const http1 = (authorizer: ReturnType<typeof answering>) =>
      httpApi({ ...common, authorizer, authorizerPayload: "1.0" });
    expect(await statuses('{"a":"b"}', http1)).toEqual([200, 500]);
    expect(await statuses("eyJhIjoiYiJ9", http1)).toEqual([200, 200]);
  });

  it("are intact everywhere else", async () => {
    expect(await statuses('{"a":"b"}', (authorizer) => httpApi({ ...common, authorizer }))).toEqual([
      200, 200,
    ]);
    const rest = (authorizer: ReturnType<typeof answering>) =>
      restApi({ ...common, authorizer, type: "request" });
    expect(await statuses('{"a":"b"}', rest)).toEqual([200, 200]);
  });
});
