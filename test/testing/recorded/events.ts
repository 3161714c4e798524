import type { Api, RecordedCall, Setup } from "./recorded-case.ts";

/** One event that a Lambda was seen to get: one row. */
export interface RecordedEvent {
  readonly api: Api;
  readonly of: "the authorizer" | "the Lambda behind";
  readonly where: string;
  readonly sent: NonNullable<RecordedCall["sent"]>;
  readonly setup?: Setup;
  /** Names in their order, of the event and of what it holds. */
  readonly keys?: Readonly<Record<string, string>>;
  readonly has?: object;
  /** Paths of what it has not. */
  readonly lacks?: readonly string[];
}

const REST_CONTEXT =
  "resourceId resourcePath httpMethod extendedRequestId requestTime path accountId protocol stage domainPrefix requestTimeEpoch requestId identity domainName deploymentId apiId";
const REST_IDENTITY =
  "cognitoIdentityPoolId accountId cognitoIdentityId caller sourceIp principalOrgId accessKey cognitoAuthenticationType cognitoAuthenticationProvider userArn userAgent user";
const SOCKET_CONTEXT =
  "routeKey eventType extendedRequestId requestTime messageDirection stage connectedAt requestTimeEpoch identity requestId domainName connectionId apiId";
const ARN = "arn:aws:execute-api:eu-central-1:123456789012:a1b2c3d4e5";

const MIXED_HEADERS = {
  Authorization: "allow-1",
  "Accept-Encoding": "gzip",
  "User-Agent": "probe",
  "X-Mixed-Header": "Mixed",
  Cookie: "one=1; two=2",
};
const DECODED = { to: "/item/value%20space?dup=one&dup=two&empty=&text=a%20b", headers: MIXED_HEADERS };

export const EVENTS: readonly RecordedEvent[] = [
  {
    api: "REST TOKEN",
    of: "the authorizer",
    where: "there is a path parameter",
    sent: { to: "/item/7" },
    keys: { "": "type methodArn authorizationToken" },
    has: { type: "TOKEN", methodArn: `${ARN}/prod/GET/item/7`, authorizationToken: "allow-1" },
  },
  {
    api: "REST TOKEN",
    of: "the Lambda behind",
    where: "there is nothing but the token",
    sent: { to: "/a", headers: { "X-Auth": "allow-1", "X-Probe": "1", "User-Agent": "probe" } },
    has: {
      queryStringParameters: null,
      multiValueQueryStringParameters: null,
      pathParameters: null,
      stageVariables: null,
      body: null,
      headers: { "X-Auth": "allow-1", "X-Probe": "1", "User-Agent": "probe" },
    },
    lacks: ["headers.Content-Length", "headers.content-length"],
  },
  {
    api: "REST TOKEN",
    of: "the Lambda behind",
    where: "there is a query",
    sent: { to: "/a?z=1&dup=one&dup=two&a=2" },
    keys: { queryStringParameters: "a dup z", multiValueQueryStringParameters: "a dup z" },
    has: {
      queryStringParameters: { a: "2", dup: "two", z: "1" },
      multiValueQueryStringParameters: { dup: ["one", "two"] },
    },
  },
  {
    api: "REST REQUEST",
    of: "the authorizer",
    where: "there are parameters",
    sent: {
      to: "/item/7?tenant=one&dup=one&dup=two&empty=&a=1",
      headers: { "X-Auth": "allow-1", "x-lower": "1" },
    },
    keys: {
      "": "type methodArn resource path httpMethod headers multiValueHeaders queryStringParameters multiValueQueryStringParameters pathParameters stageVariables requestContext",
      queryStringParameters: "tenant dup empty a",
      requestContext: REST_CONTEXT,
      "requestContext.identity": REST_IDENTITY,
    },
    has: {
      type: "REQUEST",
      methodArn: `${ARN}/prod/GET/item/7`,
      resource: "/item/{item}",
      path: "/item/7",
      headers: { "X-Auth": "allow-1", "x-lower": "1" },
      queryStringParameters: { dup: "two", empty: "" },
      multiValueQueryStringParameters: { dup: ["one", "two"], empty: [""] },
      pathParameters: { item: "7" },
      requestContext: { path: "/prod/item/7", resourcePath: "/item/{item}", identity: { user: null } },
    },
  },
  {
    api: "REST REQUEST",
    of: "the authorizer",
    where: "there is no query",
    sent: { to: "/a" },
    setup: { identitySources: ["method.request.header.X-Auth"] },
    has: {
      queryStringParameters: {},
      multiValueQueryStringParameters: {},
      pathParameters: {},
      stageVariables: {},
    },
  },
  {
    api: "REST REQUEST",
    of: "the Lambda behind",
    where: "the route has no authorizer",
    sent: { to: "/open" },
    lacks: ["requestContext.authorizer"],
  },

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
    of: "the Lambda behind",
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
    of: "the Lambda behind",
    where: "the route has no authorizer",
    sent: { to: "/open" },
    lacks: ["requestContext.authorizer"],
  },

  {
    api: "WebSocket",
    of: "the authorizer",
    where: "there is everything",
    sent: {
      to: "?tenant=one&dup=one&dup=two&text=a+b",
      headers: { Authorization: "allow-1", Origin: "https://app.example.com" },
    },
    setup: { stageVariables: { variable: "1" } },
    keys: {
      "": "type methodArn headers multiValueHeaders queryStringParameters multiValueQueryStringParameters stageVariables requestContext",
      queryStringParameters: "tenant dup text",
      requestContext: SOCKET_CONTEXT,
      "requestContext.identity": "userAgent sourceIp",
    },
    has: {
      methodArn: `${ARN}/prod/$connect`,
      headers: {
        Authorization: "allow-1",
        Origin: "https://app.example.com",
        Connection: "upgrade",
        Upgrade: "websocket",
        "content-length": "0",
      },
      queryStringParameters: { dup: "two", text: "a b" },
      multiValueQueryStringParameters: { dup: ["one", "two"] },
      stageVariables: { variable: "1" },
      requestContext: { routeKey: "$connect", eventType: "CONNECT", messageDirection: "IN" },
    },
    lacks: ["version", "identitySource", "path", "requestContext.accountId", "requestContext.messageId"],
  },
  {
    api: "WebSocket",
    of: "the Lambda behind",
    where: "there is everything",
    sent: { to: "?tenant=one&dup=one&dup=two&a=1", headers: { Authorization: "allow-1" } },
    setup: { stageVariables: { variable: "1" } },
    keys: {
      "": "headers multiValueHeaders queryStringParameters multiValueQueryStringParameters stageVariables requestContext isBase64Encoded",
      queryStringParameters: "a dup tenant",
    },
    has: {
      headers: { Authorization: "allow-1", "Sec-WebSocket-Version": "13" },
      isBase64Encoded: false,
      requestContext: { authorizer: { principalId: "caller", integrationLatency: 24 } },
    },
    lacks: ["type", "methodArn", "body", "headers.Connection", "headers.Upgrade", "headers.content-length"],
  },
];

/** What comes over a connection after its handshake. */
export const LATER_EVENTS = {
  message: {
    keys: "stageVariables requestContext body isBase64Encoded",
    has: {
      stageVariables: { variable: "1" },
      body: "hello",
      isBase64Encoded: false,
      requestContext: { routeKey: "$default", eventType: "MESSAGE" },
    },
  },
  disconnect: {
    keys: "headers multiValueHeaders stageVariables requestContext isBase64Encoded",
    has: {
      multiValueHeaders: { "x-api-key": [""] },
      requestContext: {
        routeKey: "$disconnect",
        eventType: "DISCONNECT",
        disconnectStatusCode: 1000,
        disconnectReason: "done",
      },
    },
  },
};
