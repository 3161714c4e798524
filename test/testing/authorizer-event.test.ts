import { expect, it } from "@jest/globals";
import { authorizerEvent, bearerEvent } from "../../src/testing/index.ts";

/** The keys of an event, and of its objects, without the values. */
function shape(event: unknown): unknown {
  if (typeof event !== "object" || event === null || Array.isArray(event)) return typeof event;
  const entries = Object.entries(event).map(([key, value]) => [key, shape(value)]);
  return Object.fromEntries(entries) as unknown;
}

it("has three fields for a REST TOKEN authorizer", () => {
  expect(bearerEvent("rest-token", "t")).toEqual({
    type: "TOKEN",
    authorizationToken: "Bearer t",
    methodArn: "arn:aws:execute-api:eu-central-1:123456789012:a1b2c3d4e5/prod/GET/whoami",
  });
});

it("has AWS's fields for a REST REQUEST authorizer", () => {
  expect(Object.keys(bearerEvent("rest-request", "t")).sort()).toEqual([
    "headers",
    "httpMethod",
    "methodArn",
    "multiValueHeaders",
    "multiValueQueryStringParameters",
    "path",
    "pathParameters",
    "queryStringParameters",
    "requestContext",
    "resource",
    "stageVariables",
    "type",
  ]);
});

it("has other fields for an HTTP API with payload 1.0", () => {
  const event = bearerEvent("http-1.0", "t");
  expect(event).toMatchObject({ version: "1.0", identitySource: "Bearer t", authorizationToken: "Bearer t" });
  for (const key of ["multiValueHeaders", "multiValueQueryStringParameters"]) {
    expect(event).not.toHaveProperty(key);
  }
});

it("has a connection for a WebSocket API", () => {
  expect(bearerEvent("websocket", "t")).toMatchObject({
    methodArn: "arn:aws:execute-api:eu-central-1:123456789012:a1b2c3d4e5/prod/$connect",
    headers: { Authorization: "Bearer t", Upgrade: "websocket" },
    requestContext: { eventType: "CONNECT", connectionId: expect.stringMatching(/^.{16}$/) as unknown },
  });
});

it("encodes the query that it is given by name and value", () => {
  const query = [["a", "b c"]] as const;
  expect(authorizerEvent("http-2.0", { query })).toMatchObject({ rawQueryString: "a=b+c" });
  expect(authorizerEvent("http-2.0", { query, rawQuery: "a=b%20c" })).toMatchObject({
    rawQueryString: "a=b%20c",
    queryStringParameters: { a: "b c" },
  });
});

it("has AWS's fields for an HTTP API with payload 2.0", () => {
  expect(shape(bearerEvent("http-2.0", "t"))).toMatchObject({
    version: "string",
    type: "string",
    routeArn: "string",
    routeKey: "string",
    rawPath: "string",
    rawQueryString: "string",
    headers: { authorization: "string", host: "string" },
    requestContext: {
      accountId: "string",
      apiId: "string",
      domainName: "string",
      domainPrefix: "string",
      http: { method: "string", path: "string", protocol: "string", sourceIp: "string", userAgent: "string" },
      requestId: "string",
      routeKey: "string",
      stage: "string",
      time: "string",
      timeEpoch: "number",
    },
  });
  expect(bearerEvent("http-2.0", "t")).toMatchObject({ identitySource: ["Bearer t"], type: "REQUEST" });
});

it("lives where it is told", () => {
  const china = { partition: "aws-cn", region: "cn-north-1", stage: "$default" };
  expect(authorizerEvent("http-2.0", { path: "/a/b" }, china)).toMatchObject({
    routeArn: "arn:aws-cn:execute-api:cn-north-1:123456789012:a1b2c3d4e5/$default/GET/a/b",
    rawPath: "/a/b",
    requestContext: { domainName: "a1b2c3d4e5.execute-api.cn-north-1.amazonaws.com.cn" },
  });
});

it("says when, in AWS's two ways", () => {
  const { requestContext } = bearerEvent("rest-request", "t");
  expect(requestContext).toMatchObject({
    requestTime: "22/Nov/2026:12:00:00 +0000",
    requestTimeEpoch: Date.UTC(2026, 10, 22, 12),
  });
});
