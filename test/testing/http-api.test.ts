import { describe, expect, it } from "@jest/globals";
import { httpApi } from "../../src/testing/index.ts";
import { answering, BEARER, ok, policy, throwing } from "./lambdas.ts";

const STAGE = "arn:aws:execute-api:eu-central-1:123456789012:a1b2c3d4e5/$default";
const context = { text: "a", number: 1, flag: true, list: ["b"] };

describe.each(["1.0", "2.0"] as const)("an HTTP API with payload %s", (authorizerPayload) => {
  it.each([
    ["throws", throwing("broken"), 500, "Internal Server Error"],
    ["throws `Unauthorized`", throwing("Unauthorized"), 401, "Unauthorized"],
    ["throws `unauthorized`", throwing("unauthorized"), 500, "Internal Server Error"],
    [
      "answers a simple response that is not switched on",
      answering({ isAuthorized: true }),
      500,
      "Internal Server Error",
    ],
    ["denies", answering(policy("Deny")), 403, "Forbidden"],
    [
      "allows another API",
      answering(policy("Allow", { resource: "arn:aws:execute-api:*:*:x/*" })),
      403,
      "Forbidden",
    ],
  ])("whose authorizer %s, answers its client accordingly", async (_, authorizer, status, message) => {
    const api = httpApi({ authorizerPayload, authorizer, routes: { "GET /whoami": ok() } });
    const response = await api.fetch("/whoami", BEARER);
    expect([response.status, await response.json()]).toEqual([status, { message }]);
  });

  it("answers 401 by itself where the identity source is missing", async () => {
    const authorizer = answering(policy());
    const api = httpApi({ authorizerPayload, authorizer, routes: { "GET /whoami": ok() } });
    const response = await api.fetch("/whoami");
    expect([response.status, await response.json()]).toEqual([401, { message: "Unauthorized" }]);
    expect(authorizer.events).toHaveLength(0);
  });

  it("has the stage `$default` in its ARNs and nowhere in its paths", async () => {
    const authorizer = answering(policy("Allow", { resource: `${STAGE}/*` }));
    const api = httpApi({ authorizerPayload, authorizer, routes: { "GET /whoami": ok() } });
    expect((await api.fetch("/whoami", BEARER)).status).toBe(200);
    const [arn, path] = authorizerPayload === "2.0" ? ["routeArn", "rawPath"] : ["methodArn", "path"];
    expect(authorizer.events[0]).toMatchObject({ [arn]: `${STAGE}/GET/whoami`, [path]: "/whoami" });
  });
});

it("joins the identity sources for payload 1.0 and lists them for 2.0", async () => {
  const identitySources = ["$request.header.Authorization", "$request.querystring.tenant"];
  const authorizer = answering(policy());
  const routes = { "GET /whoami": ok() };
  for (const authorizerPayload of ["1.0", "2.0"] as const) {
    const api = httpApi({ authorizerPayload, identitySources, authorizer, routes });
    await api.fetch("/whoami?tenant=a", BEARER);
  }
  expect(authorizer.events[0]).toMatchObject({
    identitySource: "Bearer t,a",
    authorizationToken: "Bearer t,a",
  });
  expect(authorizer.events[1]).toMatchObject({ identitySource: ["Bearer t", "a"] });
});

it("has a named stage in the paths of payload 2.0, but not in the ARN's path", async () => {
  const authorizer = answering(policy());
  const api = httpApi({ stage: "dev", authorizer, routes: { "ANY /{proxy+}": ok() } });
  await api.fetch("/a/b", { ...BEARER, method: "POST" });
  expect(authorizer.events[0]).toMatchObject({
    routeArn: `${STAGE.replace("$default", "dev")}/POST/a/b`,
    routeKey: "ANY /{proxy+}",
    rawPath: "/dev/a/b",
    pathParameters: { proxy: "a/b" },
    requestContext: { http: { path: "/dev/a/b", method: "POST" } },
  });
});

it("joins repeated headers, with payload 2.0", async () => {
  const behind = ok();
  const api = httpApi({ authorizer: answering(policy()), routes: { "GET /whoami": behind } });
  await api.fetch("/whoami", { headers: { ...BEARER.headers, "X-Twice": ["1", "2"] } });
  expect(behind.events[0]).toMatchObject({ headers: { "x-twice": "1,2" } });
});

it.each([
  ["1.0", { claims: "a" }, 500],
  ["1.0", { list: [] }, 500],
  ["1.0", { nothing: null }, 500],
  ["1.0", { text: "a" }, 200],
  ["2.0", { claims: "a" }, 200],
] as const)(
  "takes or refuses single values of the context, with payload %s: %j",
  async (version, context, status) => {
    const authorizer = answering(policy("Allow", { context }));
    const api = httpApi({ authorizerPayload: version, authorizer, routes: { "GET /whoami": ok() } });
    expect((await api.fetch("/whoami", BEARER)).status).toBe(status);
  },
);

it("puts the context under `lambda` behind a 1.0 integration too", async () => {
  const behind = ok();
  const authorizer = answering(policy("Allow", { context }));
  await httpApi({ integrationPayload: "1.0", authorizer, routes: { "GET /whoami": behind } }).fetch(
    "/whoami",
    BEARER,
  );
  expect(behind.events[0]).toMatchObject({
    version: "1.0",
    requestContext: { authorizer: { lambda: context } },
  });
});

describe("simple responses", () => {
  it.each([
    [{ isAuthorized: true }, 200],
    [{ isAuthorized: false }, 403],
    [{ isAuthorized: "true" }, 200],
    [{ isAuthorized: "false" }, 403],
    [{ isAuthorized: "TRUE" }, 500],
    [{ isAuthorized: 1 }, 500],
    [{ isAuthorized: null }, 500],
    [{ isAuthorized: true, context: null }, 200],
    [{ isAuthorized: true, context: ["a"] }, 500],
    [{}, 500],
    [policy(), 500],
  ])("%j is answered with %i", async (answer, status) => {
    const api = httpApi({
      authorizer: answering(answer),
      simpleResponses: true,
      routes: { "GET /whoami": ok() },
    });
    expect((await api.fetch("/whoami", BEARER)).status).toBe(status);
  });
});

it("takes any answer without a status code as the body, with payload 2.0", async () => {
  const routes = {
    "GET /object": answering({ a: 1 }),
    "GET /text": answering("a"),
    "GET /broken": throwing("b"),
  };
  const api = httpApi({ authorizer: answering(policy()), routes });
  expect(await (await api.fetch("/object", BEARER)).json()).toEqual({ a: 1 });
  expect(await (await api.fetch("/text", BEARER)).text()).toBe("a");
  expect((await api.fetch("/broken", BEARER)).status).toBe(500);
  expect((await api.fetch("/nowhere", BEARER)).status).toBe(404);
});

it("prefers the more specific route", async () => {
  const routes = {
    $default: answering("default"),
    "ANY /{proxy+}": answering("proxy"),
    "GET /users/{id}": answering("one"),
    "GET /users/me": answering("me"),
    "ANY /users/me": answering("any"),
  };
  const api = httpApi({ authorizer: answering(policy()), routes });
  const reached = async (target: string, method = "GET") =>
    (await api.fetch(target, { ...BEARER, method })).text();
  expect(
    await Promise.all([reached("/users/me"), reached("/users/7"), reached("/a/b"), reached("/")]),
  ).toEqual(["me", "one", "proxy", "default"]);
  expect(await reached("/users/me", "POST")).toBe("any");
});
