import { domainName, domainPrefix } from "./address.ts";
import { methodArn, requestTime, sourceIdentity, type Call } from "./call.ts";
import { grouped, lastValues, sorted, type Fields } from "./client-request.ts";

const API_KEY_ID = "u8x3k0q2m1";

export type Event = Record<string, unknown>;

/** What the authorizer contributes to the event of a Lambda behind; undefined on a route without one. */
export type Caller = object | undefined;

/** @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-input.html */
export function restTokenEvent(call: Call, identity: readonly string[]): Event {
  return { type: "TOKEN", methodArn: methodArn(call), authorizationToken: identity[0] ?? "" };
}

/** Empty maps are `{}` here, and the query is in the order in which it was sent. */
export function restRequestEvent(call: Call): Event {
  const { request, route, stageVariables } = call;
  return {
    type: "REQUEST",
    methodArn: methodArn(call),
    resource: route.resource,
    path: call.paths.path,
    httpMethod: request.method,
    ...headerMaps(request.headers),
    ...queryMaps(request.query),
    pathParameters: route.parameters,
    stageVariables,
    requestContext: restContext(call),
  };
}

/**
 * Empty maps are null here, and the query is in the order of its names.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
 */
export function restProxyEvent(call: Call, caller: Caller): Event {
  const { request, route, stageVariables } = call;
  return {
    resource: route.resource,
    path: call.paths.path,
    httpMethod: request.method,
    ...headerMaps(request.headers),
    ...nullWhereEmpty({
      ...queryMaps(sorted(request.query)),
      pathParameters: route.parameters,
      stageVariables,
    }),
    requestContext: { ...restContext(call), ...(caller && { authorizer: caller }) },
    body: request.body ?? null,
    isBase64Encoded: false,
  };
}

/** The last value of each name, and beside it all of them. */
export function headerMaps(headers: Fields): Event {
  return { headers: lastValues(headers), multiValueHeaders: grouped(headers) };
}

/** The last value of each name, and beside it all of them. */
export function queryMaps(query: Fields): Event {
  return { queryStringParameters: lastValues(query), multiValueQueryStringParameters: grouped(query) };
}

/** Of a caller whom IAM and Cognito know nothing of. */
export function restIdentity(call: Call): Event {
  const { sourceIp, userAgent } = sourceIdentity(call);
  return {
    cognitoIdentityPoolId: null,
    accountId: null,
    cognitoIdentityId: null,
    caller: null,
    sourceIp,
    principalOrgId: null,
    accessKey: null,
    cognitoAuthenticationType: null,
    cognitoAuthenticationProvider: null,
    userArn: null,
    userAgent,
    user: null,
  };
}

function restContext(call: Call): Event {
  const { address, request, route } = call;
  return {
    resourceId: "5c5k7d",
    resourcePath: route.resource,
    httpMethod: request.method,
    extendedRequestId: call.extendedRequestId,
    requestTime: requestTime(call),
    path: call.paths.full,
    accountId: address.accountId,
    protocol: "HTTP/1.1",
    stage: address.stage,
    domainPrefix: domainPrefix(address),
    requestTimeEpoch: call.time,
    requestId: call.requestId,
    identity: {
      ...restIdentity(call),
      ...(call.apiKey !== undefined && { apiKey: call.apiKey, apiKeyId: API_KEY_ID }),
    },
    domainName: domainName(address),
    deploymentId: "4dsy8p",
    apiId: address.apiId,
  };
}

function nullWhereEmpty(fields: Readonly<Record<string, unknown>>): Event {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      Object.keys(value as object).length === 0 ? null : value,
    ]),
  );
}
