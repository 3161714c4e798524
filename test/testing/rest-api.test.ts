import { describe, expect, it } from "@jest/globals";
import { restApi } from "../../src/testing/index.ts";
import { answering, BEARER, ok, policy, throwing } from "./lambdas.ts";

const KINDS = ["token", "request"] as const;

describe.each(KINDS)("a REST API with a %s authorizer", (type) => {
  it.each([
    ["throws anything but `Unauthorized`", throwing("unauthorized"), 500],
    ["answers nothing", answering(undefined), 500],
    ["answers a simple response", answering({ isAuthorized: true }), 500],
    ["answers a list in the context", answering(policy("Allow", { context: { a: [] } })), 500],
    ["answers null in the context", answering(policy("Allow", { context: { a: null } })), 200],
    ["answers a field that REST APIs do not know", answering(policy("Allow", { other: 1 })), 500],
    ["answers the key of a usage plan", answering(policy("Allow", { usageIdentifierKey: "k" })), 200],
    ["answers a number as the principal", answering(policy("Allow", { principalId: 7 })), 200],
    ["answers no principal", answering(policy("Allow", { principalId: undefined })), 200],
    ["returns the error of a thrown `Unauthorized`", answering({ errorMessage: "Unauthorized" }), 401],
    ["returns another error", answering({ errorMessage: "unauthorized" }), 500],
    ["allows another route", answering(policy("Allow", { resource: "arn:aws:s3:::x" })), 403],
  ])("whose Lambda %s, answers its client accordingly", async (_, authorizer, status) => {
    const behind = ok();
    const api = restApi({ type, authorizer, routes: { "GET /whoami": behind } });
    expect((await api.fetch("/whoami", BEARER)).status).toBe(status);
    expect(behind.events).toHaveLength(status === 200 ? 1 : 0);
  });

  it("names the request in its own answers and in the Lambda's", async () => {
    const routes = { "GET /whoami": ok() };
    const api = restApi({ type, authorizer: answering(policy()), routes });
    for (const [options, traced] of [
      [{}, false],
      [BEARER, true],
    ] as const) {
      const { headers } = await api.fetch("/whoami", options);
      for (const name of ["x-amzn-requestid", "x-amz-apigw-id"]) expect(headers.has(name)).toBe(true);
      expect(headers.has("x-amzn-trace-id")).toBe(traced);
    }
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
  ["a backend that fails", "/whoami", throwing("broken"), 502, { message: "Internal server error" }],
  ["a backend with no response", "/whoami", answering({}), 502, { message: "Internal server error" }],
])("answers for %s", async (_, path, behind, status, body) => {
  const routes = { "GET /whoami": behind, [`GET /${"a".repeat(1600)}`]: behind };
  const response = await restApi({ type: "token", authorizer: answering(policy()), routes }).fetch(
    path,
    BEARER,
  );
  expect([response.status, await response.json()]).toEqual([status, body]);
});
