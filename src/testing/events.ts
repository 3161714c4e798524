import type { GatewayKind } from "../apigateway/event.ts";

/** A request as a client sends it: names and values in their order and case, repeated where sent twice. */
export interface ClientRequest {
  readonly method?: string;
  /** The real path, without the stage. */
  readonly path?: string;
  readonly headers?: Fields;
  readonly query?: Fields;
}

type Fields = readonly (readonly [name: string, value: string])[];

/** The API that the request reaches. */
export interface Api {
  readonly partition?: string;
  readonly region?: string;
  readonly accountId?: string;
  readonly apiId?: string;
  readonly stage?: string;
}

type Event = Record<string, unknown>;
type Request = Required<ClientRequest>;
type Gateway = Required<Api>;

const API: Gateway = {
  partition: "aws",
  region: "eu-central-1",
  accountId: "123456789012",
  apiId: "a1b2c3d4e5",
  stage: "prod",
};
const REQUEST: Request = { method: "GET", path: "/whoami", headers: [], query: [] };
const REQUEST_ID = "c6af9ac6-7b61-11e6-9a41-93e8deadbeef";
const RECEIVED_AT = Date.UTC(2026, 10, 22, 12, 0, 0);

/** The event that API Gateway sends to an authorizer of that kind, in AWS's exact shape. */
export function authorizerEvent(kind: GatewayKind, request: ClientRequest = {}, api: Api = {}): Event {
  return EVENTS[kind]({ ...REQUEST, ...request }, { ...API, ...api });
}

/** The same, with an Authorization header. */
export function bearerEvent(kind: GatewayKind, token: string, api: Api = {}): Event {
  return authorizerEvent(kind, { headers: [["Authorization", `Bearer ${token}`]] }, api);
}

const EVENTS: Readonly<Record<GatewayKind, (request: Request, api: Gateway) => Event>> = {
  "rest-token": restTokenEvent,
  "rest-request": restRequestEvent,
  "http-1.0": http1Event,
  "http-2.0": http2Event,
  websocket: webSocketEvent,
};

/** @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-input.html */
function restTokenEvent(request: Request, api: Gateway): Event {
  const authorizationToken = header(request, "authorization") ?? "";
  return { type: "TOKEN", authorizationToken, methodArn: methodArn(request, api) };
}

function restRequestEvent(request: Request, api: Gateway): Event {
  return {
    type: "REQUEST",
    methodArn: methodArn(request, api),
    resource: request.path,
    path: request.path,
    httpMethod: request.method,
    ...multiValueFields(request),
    pathParameters: null,
    stageVariables: null,
    requestContext: {
      resourceId: "5c5k7d",
      resourcePath: request.path,
      httpMethod: request.method,
      path: `/${api.stage}${request.path}`,
      ...commonContext(api),
    },
  };
}

/** @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html */
function http1Event(request: Request, api: Gateway): Event {
  const authorization = header(request, "authorization");
  return {
    version: "1.0",
    ...restRequestEvent({ ...request, headers: lowerCased(request.headers) }, api),
    ...(authorization !== undefined && { identitySource: authorization, authorizationToken: authorization }),
  };
}

function http2Event(request: Request, api: Gateway): Event {
  const authorization = header(request, "authorization");
  const routeKey = `${request.method} ${request.path}`;
  return {
    version: "2.0",
    type: "REQUEST",
    routeArn: methodArn(request, api),
    identitySource: authorization === undefined ? null : [authorization],
    routeKey,
    rawPath: api.stage === "$default" ? request.path : `/${api.stage}${request.path}`,
    rawQueryString: new URLSearchParams(request.query as [string, string][]).toString(),
    headers: commaJoined(lowerCased(request.headers)),
    ...(request.query.length > 0 && { queryStringParameters: commaJoined(request.query) }),
    requestContext: {
      accountId: api.accountId,
      apiId: api.apiId,
      domainName: domainName(api),
      domainPrefix: api.apiId,
      http: {
        method: request.method,
        path: request.path,
        protocol: "HTTP/1.1",
        sourceIp: "203.0.113.7",
        userAgent: header(request, "user-agent") ?? "",
      },
      requestId: REQUEST_ID,
      routeKey,
      stage: api.stage,
      time: "22/Nov/2026:12:00:00 +0000",
      timeEpoch: RECEIVED_AT,
    },
  };
}

/** @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-lambda-auth.html */
function webSocketEvent(request: Request, api: Gateway): Event {
  return {
    type: "REQUEST",
    methodArn: `${apiArn(api)}/$connect`,
    ...multiValueFields(request),
    stageVariables: {},
    requestContext: {
      routeKey: "$connect",
      eventType: "CONNECT",
      messageDirection: "IN",
      connectedAt: RECEIVED_AT,
      connectionId: "L0SM9cOFvHcCIhw=",
      ...commonContext(api),
    },
  };
}

function commonContext(api: Gateway): Event {
  return {
    accountId: api.accountId,
    apiId: api.apiId,
    domainName: domainName(api),
    extendedRequestId: "JTB0CGdnIAMFz2w=",
    identity: { sourceIp: "203.0.113.7", userAgent: "example/1.0" },
    protocol: "HTTP/1.1",
    requestId: REQUEST_ID,
    requestTime: "22/Nov/2026:12:00:00 +0000",
    requestTimeEpoch: RECEIVED_AT,
    stage: api.stage,
  };
}

/** REST, HTTP 1.0 and WebSocket events have the last value under `headers` and all under `multiValueHeaders`. */
function multiValueFields({ headers, query }: Request): Event {
  return {
    headers: Object.fromEntries(headers),
    multiValueHeaders: grouped(headers),
    queryStringParameters: Object.fromEntries(query),
    multiValueQueryStringParameters: grouped(query),
  };
}

function grouped(fields: Fields): Record<string, string[]> {
  const groups: Record<string, string[]> = {};
  for (const [name, value] of fields) (groups[name] ??= []).push(value);
  return groups;
}

function commaJoined(fields: Fields): Record<string, string> {
  return Object.fromEntries(
    Object.entries(grouped(fields)).map(([name, values]) => [name, values.join(",")]),
  );
}

function lowerCased(fields: Fields): Fields {
  return fields.map(([name, value]) => [name.toLowerCase(), value]);
}

function header({ headers }: Request, name: string): string | undefined {
  return headers.filter(([other]) => other.toLowerCase() === name).at(-1)?.[1];
}

function methodArn({ method, path }: Request, api: Gateway): string {
  return `${apiArn(api)}/${method}${path}`;
}

function apiArn({ partition, region, accountId, apiId, stage }: Gateway): string {
  return `arn:${partition}:execute-api:${region}:${accountId}:${apiId}/${stage}`;
}

function domainName({ apiId, region }: Gateway): string {
  return `${apiId}.execute-api.${region}.amazonaws.com`;
}
