import { ARN, type RecordedEvent } from "./recorded-event.ts";

const MIXED_HEADERS = {
  Authorization: "allow-1",
  "Accept-Encoding": "gzip",
  "User-Agent": "probe",
  "X-Mixed-Header": "Mixed",
  Cookie: "one=1; two=2",
};
const DECODED = { to: "/item/value%20space?dup=one&dup=two&empty=&text=a%20b", headers: MIXED_HEADERS };

export const HTTP_EVENTS: readonly RecordedEvent[] = [
  {
    api: "HTTP 1.0",
    of: "the authorizer",
    where: "there is everything",
    sent: DECODED,
    keys: {
      "": "version type methodArn identitySource authorizationToken resource path httpMethod headers queryStringParameters requestContext pathParameters stageVariables",
      requestContext:
        "accountId apiId domainName domainPrefix extendedRequestId httpMethod identity path protocol requestId requestTime requestTimeEpoch resourceId resourcePath stage",
    },
    has: {
      version: "1.0",
      methodArn: `${ARN}/$default/GET/item/value space`,
      identitySource: "allow-1",
      authorizationToken: "allow-1",
      resource: "",
      path: "/item/value space",
      headers: {
        authorization: "allow-1",
        "accept-encoding": "gzip",
        "User-Agent": "probe",
        "X-Mixed-Header": "Mixed",
        Cookie: "one=1; two=2",
        "Content-Length": "0",
      },
      queryStringParameters: { dup: "two", empty: "", text: "a b" },
      requestContext: {
        resourceId: "ANY /item/{item}",
        resourcePath: "/item/{item}",
        identity: { cognitoAmr: null, user: null, userAgent: "probe" },
      },
    },
    lacks: ["headers.Authorization", "multiValueHeaders", "multiValueQueryStringParameters", "body"],
  },
  {
    api: "HTTP 1.0",
    of: "the authorizer",
    where: "there is neither query nor parameter",
    sent: { to: "/a" },
    has: { queryStringParameters: {}, pathParameters: {} },
  },
  {
    api: "HTTP 1.0",
    of: "the authorizer",
    where: "the header is empty",
    sent: { headers: { Authorization: "" } },
    has: { identitySource: "", authorizationToken: "" },
  },
  {
    api: "HTTP 2.0",
    of: "the authorizer",
    where: "there is everything",
    sent: DECODED,
    setup: { stageVariables: { variable: "1" } },
    keys: {
      "": "version type routeArn identitySource routeKey rawPath rawQueryString cookies headers queryStringParameters requestContext pathParameters stageVariables",
      requestContext: "accountId apiId domainName domainPrefix http requestId routeKey stage time timeEpoch",
      "requestContext.http": "method path protocol sourceIp userAgent",
    },
    has: {
      identitySource: ["allow-1"],
      routeKey: "ANY /item/{item}",
      rawPath: "/item/value space",
      rawQueryString: "dup=one&dup=two&empty=&text=a%20b",
      cookies: ["one=1", "two=2"],
      headers: { authorization: "allow-1", "x-mixed-header": "Mixed", cookie: "one=1; two=2" },
      queryStringParameters: { dup: "one,two", empty: "", text: "a b" },
      requestContext: { http: { path: "/item/value space", userAgent: "probe" } },
    },
    lacks: ["body", "isBase64Encoded", "headers.Authorization"],
  },
  {
    api: "HTTP 2.0",
    of: "the authorizer",
    where: "there is nothing but the token",
    sent: { to: "/a" },
    lacks: ["cookies", "queryStringParameters", "pathParameters", "stageVariables"],
  },
  {
    api: "HTTP 2.0",
    of: "the authorizer",
    where: "the header is empty",
    sent: { headers: { Authorization: "" } },
    has: { identitySource: [""] },
  },
  {
    api: "HTTP 2.0",
    of: "the authorizer",
    where: "there is no identity source",
    sent: {},
    setup: { identitySources: [] },
    has: { identitySource: null },
  },
  {
    api: "HTTP 2.0",
    of: "the backend",
    where: "there is everything",
    sent: DECODED,
    has: {
      rawPath: "/item/value space",
      rawQueryString: "dup=one&dup=two&empty=&text=a%20b",
      cookies: ["one=1", "two=2"],
      queryStringParameters: { dup: "one,two" },
      requestContext: { http: { path: "/item/value space" } },
    },
    lacks: ["headers.cookie"],
  },
  {
    api: "HTTP 2.0",
    of: "the backend",
    where: "the route has no authorizer",
    sent: { to: "/open" },
    lacks: ["requestContext.authorizer"],
  },
];
