import { describe, expect, it } from "@jest/globals";
import { restApi } from "../../src/testing/index.ts";
import { answering, BEARER, ok, policy, throwing } from "./lambdas.ts";

const KINDS = ["token", "request"] as const;
const DENIED = "User is not authorized to access this resource";

describe.each(KINDS)("a REST API with a %s authorizer", (type) => {
  it("answers 401 by itself where the identity source is missing or empty", async () => {
    const authorizer = answering(policy());
    const api = restApi({ type, authorizer, routes: { "GET /whoami": ok() } });
    for (const headers of [{}, { Authorization: "" }]) {
      const response = await api.fetch("/whoami", { headers });
      expect(response.status).toBe(401);
      expect(response.headers.get("x-amzn-errortype")).toBe("UnauthorizedException");
      expect(await response.json()).toEqual({ message: "Unauthorized" });
    }
    expect(authorizer.events).toHaveLength(0);
  });

  it.each([
    ["throws `Unauthorized`", throwing("Unauthorized"), 401, { message: "Unauthorized" }],
    ["throws anything else", throwing("unauthorized"), 500, { message: null }],
    ["answers nothing", answering(undefined), 500, { message: null }],
    ["answers a simple response", answering({ isAuthorized: true }), 500, { message: null }],
    [
      "answers an object in the context",
      answering(policy("Allow", { context: { a: {} } })),
      500,
      { message: null },
    ],
    ["denies", answering(policy("Deny")), 403, { Message: `${DENIED} with an explicit deny` }],
    [
      "allows another route",
      answering(policy("Allow", { resource: "arn:aws:s3:::x" })),
      403,
      { Message: DENIED },
    ],
    ["allows", answering(policy()), 200, "ok"],
  ])("whose Lambda %s, answers its client accordingly", async (_, authorizer, status, body) => {
    const behind = ok();
    const api = restApi({ type, authorizer, routes: { "GET /whoami": behind } });
    const response = await api.fetch("/whoami", BEARER);
    const text = await response.text();
    expect({ status: response.status, body: text }).toEqual({
      status,
      body: typeof body === "string" ? body : JSON.stringify(body),
    });
    expect(behind.events).toHaveLength(status === 200 ? 1 : 0);
  });

  it("hands the context on as strings", async () => {
    const behind = ok();
    const context = { text: "a", number: 1, flag: true };
    const authorizer = answering(policy("Allow", { context }));
    await restApi({ type, authorizer, routes: { "GET /whoami": behind } }).fetch("/whoami", BEARER);
    expect(behind.events[0]).toHaveProperty("requestContext.authorizer", {
      principalId: "auth0|alice",
      integrationLatency: expect.any(Number),
      text: "a",
      number: "1",
      flag: "true",
    });
  });
});

it("checks a token's form before it calls a TOKEN authorizer", async () => {
  const authorizer = answering(policy());
  const tokenPattern = /^Bearer [\w-]+$/;
  const api = restApi({ type: "token", tokenPattern, authorizer, routes: { "GET /whoami": ok() } });
  const refused = await api.fetch("/whoami", { headers: { Authorization: "Basic x" } });
  const accepted = await api.fetch("/whoami", BEARER);
  expect([refused.status, accepted.status, authorizer.events.length]).toEqual([401, 200, 1]);
});

it("needs all of several identity sources", async () => {
  const identitySources = ["method.request.header.Authorization", "method.request.querystring.tenant"];
  const authorizer = answering(policy());
  const routes = { "GET /whoami": ok() };
  const api = restApi({ type: "request", identitySources, authorizer, routes });
  expect((await api.fetch("/whoami", BEARER)).status).toBe(401);
  expect((await api.fetch("/whoami?tenant=a", BEARER)).status).toBe(200);
});

it("keeps the client's case of header names, and finds the identity source in any case", async () => {
  const authorizer = answering(policy());
  const api = restApi({ type: "request", authorizer, routes: { "GET /whoami": ok() } });
  await api.fetch("/whoami", {
    headers: [
      ["AUTHORIZATION", "Bearer t"],
      ["x-Twice", "1"],
      ["x-Twice", "2"],
    ],
  });
  expect(authorizer.events[0]).toMatchObject({
    headers: { AUTHORIZATION: "Bearer t", "x-Twice": "2" },
    multiValueHeaders: { AUTHORIZATION: ["Bearer t"], "x-Twice": ["1", "2"] },
  });
});

it("sends the route's template, the real path and the parameters", async () => {
  const authorizer = answering(policy());
  const behind = ok();
  const api = restApi({ type: "request", authorizer, routes: { "GET /users/{id}": behind }, stage: "dev" });
  await api.fetch("/users/7?a=1&a=2", BEARER);
  const common = {
    resource: "/users/{id}",
    path: "/users/7",
    pathParameters: { id: "7" },
    multiValueQueryStringParameters: { a: ["1", "2"] },
    requestContext: { path: "/dev/users/7", resourcePath: "/users/{id}", stage: "dev" },
  };
  expect(authorizer.events[0]).toMatchObject({
    ...common,
    methodArn: "arn:aws:execute-api:eu-central-1:123456789012:a1b2c3d4e5/dev/GET/users/7",
  });
  expect(behind.events[0]).toMatchObject(common);
});

it("calls the Lambda of an open route without an authorizer in its event", async () => {
  const open = ok();
  const authorizer = throwing("never called");
  const api = restApi({ type: "token", authorizer, routes: {}, openRoutes: { "OPTIONS /{proxy+}": open } });
  expect((await api.fetch("/whoami", { method: "OPTIONS" })).status).toBe(200);
  expect(open.events[0]).not.toHaveProperty("requestContext.authorizer");
});

it.each([
  ["a path without a route", "/nowhere", ok(), 403, { message: "Missing Authentication Token" }],
  ["an ARN of more than 1600 bytes", `/${"a".repeat(1600)}`, ok(), 414, { message: "Request URI too long" }],
  ["a Lambda behind that fails", "/whoami", throwing("broken"), 502, { message: "Internal server error" }],
  ["a Lambda behind with no response", "/whoami", answering({}), 502, { message: "Internal server error" }],
])("answers for %s", async (_, path, behind, status, body) => {
  const routes = { "GET /whoami": behind, [`GET /${"a".repeat(1600)}`]: behind };
  const response = await restApi({ type: "token", authorizer: answering(policy()), routes }).fetch(
    path,
    BEARER,
  );
  expect([response.status, await response.json()]).toEqual([status, body]);
});
