import { ARN, type RecordedEvent } from "./recorded-event.ts";

const REST_CONTEXT =
  "resourceId resourcePath httpMethod extendedRequestId requestTime path accountId protocol stage domainPrefix requestTimeEpoch requestId identity domainName deploymentId apiId";
const REST_IDENTITY =
  "cognitoIdentityPoolId accountId cognitoIdentityId caller sourceIp principalOrgId accessKey cognitoAuthenticationType cognitoAuthenticationProvider userArn userAgent user";

export const REST_EVENTS: readonly RecordedEvent[] = [
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
    of: "the backend",
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
    of: "the backend",
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
    of: "the backend",
    where: "the route has no authorizer",
    sent: { to: "/open" },
    lacks: ["requestContext.authorizer"],
  },
];
