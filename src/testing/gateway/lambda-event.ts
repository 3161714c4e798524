import {
  connectFields,
  http2Fields,
  multiValueFields,
  restContext,
  webSocketContext,
} from "./authorizer-event.ts";
import type { Call } from "./call.ts";
import { lowerCased } from "./client-request.ts";

type Event = Record<string, unknown>;

/** What the authorizer contributes to the event; undefined on a route without one. */
type Caller = object | undefined;

/** @see https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html */
export function restProxyEvent(call: Call, caller: Caller): Event {
  const { request, route, stageVariables } = call;
  return {
    resource: route.resource,
    path: request.path,
    httpMethod: request.method,
    ...multiValueFields("headers", "multiValueHeaders", request.headers),
    ...nullWhereEmpty(
      multiValueFields("queryStringParameters", "multiValueQueryStringParameters", request.query),
    ),
    ...nullWhereEmpty({ pathParameters: route.parameters, stageVariables }),
    requestContext: { ...restContext(call), ...(caller && { authorizer: caller }) },
    body: request.body ?? null,
    isBase64Encoded: false,
  };
}

/** @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html */
export function http1ProxyEvent(call: Call, caller: Caller): Event {
  const request = { ...call.request, headers: lowerCased(call.request.headers) };
  return { version: "1.0", ...restProxyEvent({ ...call, request }, caller) };
}

export function http2ProxyEvent(call: Call, caller: Caller): Event {
  const { requestContext, ...fields } = http2Fields(call);
  return {
    version: "2.0",
    ...fields,
    requestContext: { ...(requestContext as object), ...(caller && { authorizer: { lambda: caller } }) },
    ...(call.request.body !== undefined && { body: call.request.body }),
    isBase64Encoded: false,
  };
}

export function connectEvent(call: Call, caller: Caller): Event {
  return {
    ...connectFields(call),
    requestContext: { ...webSocketContext(call), ...(caller && { authorizer: caller }) },
    isBase64Encoded: false,
  };
}

/** A later message: neither headers nor query, but still the context of the `$connect`. */
export function messageEvent(
  call: Call,
  caller: Caller,
  { routeKey, connectedAt }: { readonly routeKey: string; readonly connectedAt: number },
): Event {
  return {
    requestContext: {
      ...webSocketContext(call, connectedAt),
      ...(caller && { authorizer: caller }),
      routeKey,
      eventType: routeKey === "$disconnect" ? "DISCONNECT" : "MESSAGE",
      ...(routeKey !== "$disconnect" && { messageId: "L0SNFfRQPHcCIhw=" }),
    },
    ...(call.request.body !== undefined && { body: call.request.body }),
    isBase64Encoded: false,
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
