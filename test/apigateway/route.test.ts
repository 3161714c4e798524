import { describe, expect, test } from "@jest/globals";
import { isLiteralResource, readRoute } from "../../src/apigateway/route.ts";

const HTTP = {
  version: "2.0",
  routeKey: "GET /orders/{id}",
  identitySource: ["Bearer a", "GET /orders/{id}"],
  headers: { authorization: "Bearer a" },
};
const REST = {
  methodArn: "arn:aws:execute-api:eu-central-1:123456789012:a1b2c3d4e5/prod/GET/orders/1",
  requestContext: { httpMethod: "GET", resourcePath: "/orders/{id}" },
};

describe("the matched route of an HTTP API", () => {
  test("is its route key, letter for letter", () => {
    expect(readRoute(HTTP, "http-2.0")).toEqual({ names: ["GET /orders/{id}"], resource: undefined });
    const event = { ...HTTP, routeKey: "ANY /orders/{id}", identitySource: ["ANY /orders/{id}"] };
    expect(readRoute(event, "http-2.0").names).toEqual(["ANY /orders/{id}"]);
  });

  test.each([
    ["does not hold it", { identitySource: ["Bearer a"] }],
    ["holds another", { identitySource: ["Bearer a", "GET /orders"] }],
    ["is absent", { identitySource: null }],
    ["is a string", { identitySource: "GET /orders/{id}" }],
    ["may be the caller's header", { headers: { "x-route": "GET /orders/{id}" } }],
    [
      "may be one of several values of the caller's header",
      { headers: { "x-route": "a, GET /orders/{id}" } },
    ],
    ["may be the caller's query", { queryStringParameters: { route: "GET /orders/{id}" } }],
    [
      "may be one of several values of the caller's query",
      { queryStringParameters: { route: "GET /orders/{id},a" } },
    ],
    ["may be the caller's cookie", { cookies: ["a=b", "route=GET /orders/{id}"] }],
    ["may be the caller's cookie without a name", { cookies: ["GET /orders/{id}"] }],
  ])("is not read if the identity source %s", (_what, changes) => {
    expect(() => readRoute({ ...HTTP, ...changes }, "http-2.0")).toThrow("identity_source_without_route");
  });

  test("is read if the caller sends something that is only like it", () => {
    const headers = { a: "GET /orders/{id}x", b: "get /orders/{id}", c: "/orders/{id}" };
    expect(readRoute({ ...HTTP, headers }, "http-2.0").names).toEqual(["GET /orders/{id}"]);
  });

  describe("with a comma in it", () => {
    const event = { ...HTTP, routeKey: "GET /a,b", identitySource: ["Bearer a", "GET /a,b"] };

    test.each(["GET /a,b", "x,GET /a,b", "GET /a, b, x"])("is not read if the caller sends %s", (route) => {
      const sent = { ...event, queryStringParameters: { route } };
      expect(() => readRoute(sent, "http-2.0")).toThrow("identity_source_without_route");
    });

    test("is read if the caller sends only a part of it", () => {
      const sent = { ...event, queryStringParameters: { one: "GET /a", other: "b", third: "GET /a,bc" } };
      expect(readRoute(sent, "http-2.0").names).toEqual(["GET /a,b"]);
    });
  });

  test.each([
    ["http-1.0", "payload 1.0 does not say its identity sources apart: use 2.0"],
    ["rest-token", "a TOKEN event does not say its route: use a REQUEST authorizer"],
  ] as const)("is not known of %s, and the error says what to use", (kind, detail) => {
    expect(() => readRoute(HTTP, kind)).toThrow(`unsupported_event: ${detail}`);
  });

  test("is not read from an event without a route key", () => {
    expect(() => readRoute({ ...HTTP, routeKey: undefined }, "http-2.0")).toThrow(
      "unsupported_event: no routeKey",
    );
  });
});

describe("the matched route of a REST API", () => {
  test("is its resource, with the method or ANY, and a policy for this call alone", () => {
    expect(readRoute(REST, "rest-request")).toEqual({
      names: ["GET /orders/{id}", "ANY /orders/{id}"],
      resource: REST.methodArn,
    });
  });

  test.each([
    [{ requestContext: {} }, "resourcePath"],
    [{ requestContext: null }, "resourcePath"],
    [{ requestContext: { resourcePath: "/orders/{id}" } }, "httpMethod"],
    [{ methodArn: 7 }, "methodArn"],
  ])("is not read from %j", (changes, missing) => {
    expect(() => readRoute({ ...REST, ...changes }, "rest-request")).toThrow(
      `unsupported_event: no ${missing}`,
    );
  });
});

test("the only route of a WebSocket is the one that connects", () => {
  expect(readRoute({ requestContext: { routeKey: "$connect" } }, "websocket")).toEqual({
    names: ["$connect"],
    resource: undefined,
  });
});

describe("a policy's resource", () => {
  const arn = (path: string): string =>
    `arn:aws:execute-api:eu-central-1:123456789012:a1b2c3d4e5/prod/GET${path}`;

  test.each([
    "/orders/1",
    "/orders/1/",
    "//orders",
    "/orders/%2F",
    "/a$b",
    "/{id}",
    "/a".padEnd(512 - arn("").length, "x"),
  ])("may be the path %s", (path) => {
    expect(isLiteralResource(arn(path))).toBe(true);
  });

  test.each(["/*", "/orders/1*", "/orders/?", "/${aws:username}", "/a".padEnd(513 - arn("").length, "x")])(
    "cannot be the path %s",
    (path) => {
      expect(isLiteralResource(arn(path))).toBe(false);
    },
  );
});
