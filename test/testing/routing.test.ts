import { describe, expect, it, test } from "@jest/globals";
import { authorizerEvent, httpApi, restApi } from "../../src/testing/index.ts";
import { answering, BEARER, ok, policy, type Recorder } from "./lambdas.ts";

const STAGE = "arn:aws:execute-api:eu-central-1:123456789012:a1b2c3d4e5";

/** Which of these routes a request reaches: the key, or the status where it reaches none. */
async function reach(
  create: (routes: Record<string, Recorder>) => ReturnType<typeof restApi>,
  keys: readonly string[],
  target: string,
  method = "GET",
): Promise<string | number> {
  const routes = Object.fromEntries(keys.map((key) => [key, answering({ statusCode: 200, body: key })]));
  const response = await create(routes).fetch(target, { ...BEARER, method });
  return response.status === 200 ? response.text() : response.status;
}

const rest = (routes: Record<string, Recorder>) =>
  restApi({ type: "request", authorizer: answering(policy()), routes });
const http = (routes: Record<string, Recorder>) => httpApi({ authorizer: answering(policy()), routes });

/** The paths that were recorded for HTTP APIs; of those sent, undefined is a 400 without a call. */
const DECODED: readonly (readonly [sent: string, path: string | undefined])[] = [
  ["/capture/plain", "/capture/plain"],
  ["/capture/space%20value", "/capture/space value"],
  ["/capture/question%3Fvalue", "/capture/question"],
  ["/capture/percent%25done", undefined],
  ["/capture/hash%23value", "/capture/hash#value"],
  ["/capture/slash%2Fvalue", "/capture/slash/value"],
  ["/capture/unicode-%CE%BB-%E4%B8%96%E7%95%8C", "/capture/unicode-λ-世界"],
  ["/capture/literal%252Fvalue", "/capture/literal/value"],
  ["/capture/literal%253Fvalue", "/capture/literal?value"],
  ["/capture/literal%2525value", "/capture/literal%value"],
];

describe("an HTTP API decodes a path twice", () => {
  it.each(DECODED)("%s: %s", async (sent, path) => {
    for (const authorizerPayload of ["1.0", "2.0"] as const) {
      const [authorizer, behind] = [answering(policy()), ok()];
      const api = httpApi({ authorizerPayload, authorizer, routes: { "GET /capture/{rest+}": behind } });
      const { status } = await api.fetch(sent, BEARER);
      expect(status).toBe(path === undefined ? 400 : 200);
      const [name, arn] = authorizerPayload === "1.0" ? ["path", "methodArn"] : ["rawPath", "routeArn"];
      const seen = authorizer.events.map((event) => [event[name], event[arn]]);
      expect(seen).toEqual(path === undefined ? [] : [[path, `${STAGE}/$default/GET${path}`]]);
      expect(behind.events).toHaveLength(path === undefined ? 0 : 1);
    }
  });

  it("and leaves the query encoded", async () => {
    const behind = ok();
    await http({ "GET /a": behind }).fetch("/a?b=c%2Fd", BEARER);
    expect(behind.events[0]).toMatchObject({ rawQueryString: "b=c%2Fd" });
  });

  it("before it looks for the route, so that another one is reached than the client spelled", async () => {
    const keys = ["GET /orders/{id}", "GET /orders/{id}/refunds"];
    expect(await reach(http, keys, "/orders/1%2Frefunds")).toBe("GET /orders/{id}/refunds");
    expect(await reach(rest, keys, "/orders/1%2Frefunds")).toBe("GET /orders/{id}");
  });
});

describe("a REST API", () => {
  const keys = ["GET /orders/{id}", "POST /admin", "ANY /{proxy+}"];

  it.each([
    ["a trailing slash is not part of the resource", "/orders/1/", "GET", "GET /orders/{id}"],
    ["slashes at the beginning are one", "//orders/1", "GET", "GET /orders/{id}"],
    ["slashes inside are segments", "/orders//1", "GET", "ANY /{proxy+}"],
    ["an encoded slash stays in its segment", "/orders/a%2Fb", "GET", "GET /orders/{id}"],
    ["case counts", "/Orders/1", "GET", "ANY /{proxy+}"],
    ["a verb without a method falls through to an open catch-all", "/admin", "GET", "ANY /{proxy+}"],
    ["HEAD is not GET", "/orders/1", "HEAD", "ANY /{proxy+}"],
    ["the declared verb stays with its resource", "/admin", "POST", "POST /admin"],
  ])("%s: %s", async (_, target, method, key) => {
    expect(await reach(rest, keys, target, method)).toBe(key);
  });

  it("without a catch-all answers 403 to a verb that no method declares, and asks no authorizer", async () => {
    const authorizer = answering(policy());
    const api = restApi({ type: "request", authorizer, routes: { "GET /orders/{id}": ok() } });
    for (const method of ["HEAD", "OPTIONS", "DELETE"]) {
      const response = await api.fetch("/orders/1", { ...BEARER, method });
      expect([response.status, await response.json()]).toEqual([
        403,
        { message: "Missing Authentication Token" },
      ]);
    }
    expect(authorizer.events).toEqual([]);
  });

  it.each([
    ["/orders/1/", { path: "/orders/1/", id: "1", full: "/prod/orders/1/" }],
    ["//orders/1", { path: "/orders/1", id: "1", full: "/prod//orders/1" }],
    ["/orders/a%20b", { path: "/orders/a%20b", id: "a%20b", full: "/prod/orders/a%20b" }],
  ])("spells the path of %s in its three ways", async (target, { path, id, full }) => {
    const [authorizer, behind] = [answering(policy()), ok()];
    const routes = { "GET /orders/{id}": behind };
    await restApi({ type: "request", authorizer, routes }).fetch(target, BEARER);
    for (const [event] of [authorizer.events, behind.events]) {
      expect(event).toMatchObject({
        path,
        resource: "/orders/{id}",
        pathParameters: { id },
        requestContext: { path: full, resourcePath: "/orders/{id}" },
      });
    }
    expect(authorizer.events[0]).toMatchObject({ methodArn: `${STAGE}/prod/GET${path}` });
  });

  it("takes the last slash off a greedy parameter, and leaves those inside", async () => {
    const behind = ok();
    await rest({ "ANY /{proxy+}": behind }).fetch("/a//b/", BEARER);
    expect(behind.events[0]).toMatchObject({ path: "/a//b/", pathParameters: { proxy: "a//b" } });
  });

  it("behind a custom domain has the base path in its paths, and neither in resource nor ARN", async () => {
    const authorizer = answering(policy());
    const domain = { customDomain: "api.example.com", basePath: "/v1" };
    const routes = { "GET /orders/{id}": ok() };
    await restApi({ type: "request", authorizer, routes, ...domain }).fetch("/orders/1", BEARER);
    expect(authorizer.events[0]).toMatchObject({
      methodArn: `${STAGE}/prod/GET/orders/1`,
      path: "/v1/orders/1",
      resource: "/orders/{id}",
      headers: { Host: "api.example.com" },
      requestContext: {
        path: "/v1/orders/1",
        resourcePath: "/orders/{id}",
        domainName: "api.example.com",
        domainPrefix: "api",
        stage: "prod",
      },
    });
  });
});

describe("an HTTP API", () => {
  it.each([
    ["/orders/1/", "$default"],
    ["/orders/1", "GET /orders/{id}"],
    ["//orders/1", "GET /orders/{id}"],
  ])("routes %s to %s", async (target, key) => {
    expect(await reach(http, ["GET /orders/{id}", "$default"], target)).toBe(key);
  });

  it("calls a route by its key, and `$default` where none matches", async () => {
    const authorizer = answering(policy());
    const api = httpApi({ authorizer, routes: { "ANY /orders/{id}": ok(), $default: ok() } });
    await api.fetch("/orders/1", { ...BEARER, method: "HEAD" });
    await api.fetch("/nowhere", BEARER);
    expect(authorizer.events).toMatchObject([
      { routeKey: "ANY /orders/{id}", requestContext: { routeKey: "ANY /orders/{id}" } },
      { routeKey: "$default", requestContext: { routeKey: "$default" } },
    ]);
  });
});

describe("a route that AWS does not create is refused", () => {
  const creators = { rest, http };
  test.each([
    ["http", "TRACE /a", "one of ANY, DELETE"],
    ["http", "get /a", "one of ANY, DELETE"],
    ["http", "GET /a/", "does not end with a slash"],
    ["http", "GET a", "begins with a slash"],
    ["http", "GET /{all+}/b", "at the end"],
    ["rest", "TRACE /a", "one of ANY, DELETE"],
    ["rest", "$default", "write it like GET /users/{id}"],
  ] as const)("%s: %s", (api, key, message) => {
    expect(() => creators[api]({ [key]: ok() })).toThrow(message);
  });

  test.each(["GET /", "ANY /{all+}", "OPTIONS /a/{order-id}/b"])("and %s is not", (key) => {
    for (const create of [rest, http]) expect(() => create({ [key]: ok() })).not.toThrow();
  });
});

describe("an event made for one route", () => {
  it("names the route as its gateway does", () => {
    const request = { path: "/orders/7" };
    expect(authorizerEvent("rest-request", request, { route: "ANY /orders/{id}" })).toMatchObject({
      resource: "/orders/{id}",
      pathParameters: { id: "7" },
      requestContext: { resourcePath: "/orders/{id}", httpMethod: "GET" },
    });
    expect(authorizerEvent("http-2.0", request, { route: "ANY /orders/{id}" })).toMatchObject({
      routeKey: "ANY /orders/{id}",
      pathParameters: { id: "7" },
    });
    expect(authorizerEvent("http-1.0", request, { route: "$default" })).toMatchObject({
      requestContext: { resourceId: "$default", resourcePath: "$default" },
    });
  });

  it("has the stage's variables and what the identity sources hold", () => {
    const options = {
      route: "GET /whoami",
      stageVariables: { audience: "https://api.example.com/" },
      identitySources: ["$request.header.Authorization", "$context.routeKey", "$stageVariables.audience"],
    };
    const headers = [["Authorization", "Bearer t"]] as const;
    expect(authorizerEvent("http-2.0", { headers }, options)).toMatchObject({
      identitySource: ["Bearer t", "GET /whoami", "https://api.example.com/"],
      stageVariables: { audience: "https://api.example.com/" },
    });
    expect(authorizerEvent("http-1.0", { headers }, options)).toMatchObject({
      identitySource: "Bearer t,GET /whoami,https://api.example.com/",
    });
  });

  it("is not made for a route that the request does not reach", () => {
    expect(() => authorizerEvent("http-2.0", { path: "/a" }, { route: "GET /b" })).toThrow("does not reach");
    expect(() => authorizerEvent("http-2.0", { path: "/a%25b" })).toThrow("answers 400 by itself");
  });
});
