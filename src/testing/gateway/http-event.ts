import { domainName, domainPrefix } from "./address.ts";
import { methodArn, requestTime, sourceIdentity, type Call } from "./call.ts";
import { commaJoined, lastValues, lowerCased, type Fields } from "./client-request.ts";
import { restIdentity, restProxyEvent, type Caller, type Event } from "./rest-event.ts";

/** What payload 1.0 lower-cases, whatever the client sent; other standard names were not tried. */
const LOWER_CASED = ["authorization", "accept-encoding"];

/**
 * Payload 1.0 looks like a REST API's event, and differs: no multi-value maps, an empty `resource`, the route key
 * for a `resourceId`. Of a repeated parameter it has the last value; that it joins repeated headers is a guess.
 *
 * @param identity what the identity sources hold; without any, what stands there was never recorded
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html
 */
export function http1AuthorizerEvent(call: Call, identity: readonly string[]): Event {
  const { request, route, stageVariables } = call;
  const joined = identity.join(",");
  return {
    version: "1.0",
    type: "REQUEST",
    methodArn: methodArn(call),
    ...(identity.length > 0 && { identitySource: joined, authorizationToken: joined }),
    resource: "",
    path: call.paths.path,
    httpMethod: request.method,
    headers: commaJoined(mixedCase(request.headers)),
    queryStringParameters: lastValues(request.query),
    requestContext: http1Context(call),
    pathParameters: route.parameters,
    stageVariables,
  };
}

/** The `cookie` stays among the headers, beside the list of cookies. That `routeArn` is decoded too is a guess. */
export function http2AuthorizerEvent(call: Call, identity: readonly string[]): Event {
  return {
    version: "2.0",
    type: "REQUEST",
    routeArn: methodArn(call),
    identitySource: identity.length > 0 ? identity : null,
    ...http2Fields(call, call.request.headers),
  };
}

/**
 * A REST API's event with lower-case header names, which is a guess; the context is under `lambda`.
 *
 * @see https://github.com/aws/aws-lambda-go/issues/549
 */
export function http1ProxyEvent(call: Call, caller: Caller): Event {
  const request = { ...call.request, headers: lowerCased(call.request.headers) };
  const requestContext = { ...http1Context(call), ...(caller && { authorizer: { lambda: caller } }) };
  return { version: "1.0", ...restProxyEvent({ ...call, request }, undefined), requestContext };
}

/**
 * The `cookie` is not a header here, only a list.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export function http2ProxyEvent(call: Call, caller: Caller): Event {
  const headers = call.request.headers.filter((field) => !isCookie(field));
  const { requestContext, ...fields } = http2Fields(call, headers);
  return {
    version: "2.0",
    ...fields,
    requestContext: { ...(requestContext as object), ...(caller && { authorizer: { lambda: caller } }) },
    ...(call.request.body !== undefined && { body: call.request.body }),
    isBase64Encoded: false,
  };
}

function mixedCase(headers: Fields): Fields {
  return headers.map(([name, value]) => {
    const lower = name.toLowerCase();
    return [LOWER_CASED.includes(lower) ? lower : name, value];
  });
}

function http1Context(call: Call): Event {
  const { address, request, route } = call;
  return {
    ...addressFields(call),
    extendedRequestId: call.extendedRequestId,
    httpMethod: request.method,
    identity: { ...restIdentity(call), cognitoAmr: null },
    path: call.paths.full,
    protocol: "HTTP/1.1",
    requestId: call.requestId,
    requestTime: requestTime(call),
    requestTimeEpoch: call.time,
    resourceId: route.key,
    resourcePath: route.resource,
    stage: address.stage,
  };
}

/** What is empty is left out. */
function http2Fields(call: Call, headers: Fields): Event {
  const { request, route, stageVariables } = call;
  const cookies = request.headers.filter(isCookie).flatMap(([, value]) => value.split(/; */));
  return {
    routeKey: route.key,
    rawPath: call.paths.full,
    rawQueryString: request.rawQuery,
    ...(cookies.length > 0 && { cookies }),
    headers: commaJoined(lowerCased(headers)),
    ...(request.query.length > 0 && { queryStringParameters: commaJoined(request.query) }),
    requestContext: http2Context(call),
    ...(Object.keys(route.parameters).length > 0 && { pathParameters: route.parameters }),
    ...(Object.keys(stageVariables).length > 0 && { stageVariables }),
  };
}

function http2Context(call: Call): Event {
  const { address, request, route } = call;
  const { sourceIp, userAgent } = sourceIdentity(call);
  return {
    ...addressFields(call),
    http: {
      method: request.method,
      path: call.paths.full,
      protocol: "HTTP/1.1",
      sourceIp,
      userAgent: userAgent ?? "",
    },
    requestId: call.requestId,
    routeKey: route.key,
    stage: address.stage,
    time: requestTime(call),
    timeEpoch: call.time,
  };
}

function addressFields({ address }: Call): Event {
  const { accountId, apiId } = address;
  return { accountId, apiId, domainName: domainName(address), domainPrefix: domainPrefix(address) };
}

function isCookie([name]: Fields[number]): boolean {
  return name.toLowerCase() === "cookie";
}
