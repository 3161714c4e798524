import type { GatewayKind } from "../../apigateway/gateways.ts";
import { domainName, stageArn, type Address } from "./address.ts";
import { methodArn, pathWithStage, requestTime, sourceIdentity, type Call } from "./call.ts";
import { commaJoined, grouped, header, lastValues, lowerCased, type Fields } from "./client-request.ts";

type Event = Record<string, unknown>;

/** @param identity what the identity sources hold, in their order */
export function authorizerEventOf(kind: GatewayKind, call: Call, identity: readonly string[]): Event {
  return EVENTS[kind](call, identity);
}

const EVENTS: Readonly<Record<GatewayKind, (call: Call, identity: readonly string[]) => Event>> = {
  "rest-token": restTokenEvent,
  "rest-request": restRequestEvent,
  "http-1.0": http1Event,
  "http-2.0": http2Event,
  websocket: webSocketEvent,
};

/** @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-input.html */
function restTokenEvent(call: Call, identity: readonly string[]): Event {
  return { type: "TOKEN", authorizationToken: identity[0] ?? "", methodArn: methodArn(call) };
}

function restRequestEvent(call: Call): Event {
  const { request, route, stageVariables } = call;
  return {
    type: "REQUEST",
    methodArn: methodArn(call),
    resource: route.resource,
    path: request.path,
    httpMethod: request.method,
    ...multiValueFields("headers", "multiValueHeaders", request.headers),
    ...multiValueFields("queryStringParameters", "multiValueQueryStringParameters", request.query),
    pathParameters: route.parameters,
    stageVariables,
    requestContext: restContext(call),
  };
}

/** @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html */
function http1Event(call: Call, identity: readonly string[]): Event {
  const request = { ...call.request, headers: lowerCased(call.request.headers) };
  const joined = identity.join(",");
  return {
    version: "1.0",
    ...restRequestEvent({ ...call, request }),
    ...(identity.length > 0 && { identitySource: joined, authorizationToken: joined }),
  };
}

function http2Event(call: Call, identity: readonly string[]): Event {
  return {
    version: "2.0",
    type: "REQUEST",
    routeArn: methodArn(call),
    identitySource: identity.length > 0 ? identity : null,
    ...http2Fields(call),
  };
}

/** @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-lambda-auth.html */
function webSocketEvent(call: Call): Event {
  return {
    type: "REQUEST",
    methodArn: `${stageArn(call.address)}/$connect`,
    ...connectFields(call),
    stageVariables: call.stageVariables,
    requestContext: webSocketContext(call),
  };
}

/** What authorizer and integration events of a `$connect` have in common. */
export function connectFields({ request: { headers, query } }: Call): Event {
  return {
    ...multiValueFields("headers", "multiValueHeaders", headers),
    ...(query.length > 0 &&
      multiValueFields("queryStringParameters", "multiValueQueryStringParameters", query)),
  };
}

export function webSocketContext(call: Call, connectedAt = call.time): Event {
  return {
    routeKey: "$connect",
    eventType: "CONNECT",
    messageDirection: "IN",
    connectedAt,
    connectionId: "L0SM9cOFvHcCIhw=",
    extendedRequestId: "JTB0CGdnIAMFz2w=",
    requestTime: requestTime(call),
    requestTimeEpoch: call.time,
    requestId: call.requestId,
    identity: sourceIdentity(call),
    stage: call.address.stage,
    domainName: domainName(call.address),
    apiId: call.address.apiId,
  };
}

/** What authorizer and integration events of payload 2.0 have in common; empty parts are left out. */
export function http2Fields(call: Call): Event {
  const { request, route, stageVariables } = call;
  const cookies = request.headers.filter(([name]) => name.toLowerCase() === "cookie");
  return {
    routeKey: route.key,
    rawPath: pathWithStage(call),
    rawQueryString: new URLSearchParams(request.query as [string, string][]).toString(),
    ...(cookies.length > 0 && { cookies: cookies.flatMap(([, value]) => value.split(/; */)) }),
    headers: commaJoined(lowerCased(request.headers.filter((field) => !cookies.includes(field)))),
    ...(request.query.length > 0 && { queryStringParameters: commaJoined(request.query) }),
    requestContext: http2Context(call),
    ...(Object.keys(route.parameters).length > 0 && { pathParameters: route.parameters }),
    ...(Object.keys(stageVariables).length > 0 && { stageVariables }),
  };
}

function http2Context(call: Call): Event {
  const { address, request, route } = call;
  return {
    ...addressFields(address),
    http: {
      method: request.method,
      path: pathWithStage(call),
      protocol: "HTTP/1.1",
      sourceIp: sourceIdentity(call).sourceIp,
      userAgent: header(request, "user-agent") ?? "",
    },
    requestId: call.requestId,
    routeKey: route.key,
    stage: address.stage,
    time: requestTime(call),
    timeEpoch: call.time,
  };
}

export function restContext(call: Call): Event {
  const { address, request, route } = call;
  return {
    ...addressFields(address),
    extendedRequestId: "JTB0CGdnIAMFz2w=",
    httpMethod: request.method,
    identity: sourceIdentity(call),
    path: pathWithStage(call),
    protocol: "HTTP/1.1",
    requestId: call.requestId,
    requestTime: requestTime(call),
    requestTimeEpoch: call.time,
    resourceId: "5c5k7d",
    resourcePath: route.resource,
    stage: address.stage,
  };
}

/** The last value of each name under one key, and all of them under another. */
export function multiValueFields(single: string, multiple: string, fields: Fields): Event {
  return { [single]: lastValues(fields), [multiple]: grouped(fields) };
}

function addressFields(address: Address): Event {
  const { accountId, apiId } = address;
  return { accountId, apiId, domainName: domainName(address), domainPrefix: apiId };
}
