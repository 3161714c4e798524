import { domainName, stageArn } from "./address.ts";
import { requestTime, sourceIdentity, type Call } from "./call.ts";
import { sorted, type Fields } from "./client-request.ts";
import { headerMaps, queryMaps, type Event } from "./rest-event.ts";

/** How a connection ended. */
export interface Closure {
  readonly code: number;
  readonly reason: string;
}

/** What the handshake's request says to the authorizer, and no longer to the backend of `$connect`. */
const HANDSHAKE_ONLY = ["connection", "upgrade", "content-length"];

/** The headers of a `$disconnect`, which no client sent. */
const DISCONNECT_HEADERS = ["x-api-key", "X-Forwarded-For", "x-restapi"];

/**
 * That maps with nothing in them are `{}` is a guess: each one recorded had something in it.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-lambda-auth.html
 */
export function connectAuthorizerEvent(call: Call): Event {
  return {
    type: "REQUEST",
    methodArn: `${stageArn(call.address)}/$connect`,
    ...headerMaps(call.request.headers),
    ...queryMaps(call.request.query),
    stageVariables: call.stageVariables,
    requestContext: handshakeContext(call),
  };
}

/**
 * The one event behind the authorizer that has the handshake's headers and query. That an empty query and a stage
 * without variables leave no trace is a guess, here and in the events after it.
 */
export function connectEvent(call: Call, authorizer: object): Event {
  const { headers, query } = call.request;
  return {
    ...headerMaps(headers.filter(([name]) => !HANDSHAKE_ONLY.includes(name.toLowerCase()))),
    ...(query.length > 0 && queryMaps(sorted(query))),
    ...variables(call),
    requestContext: { ...handshakeContext(call), authorizer },
    isBase64Encoded: false,
  };
}

/** A later message: neither headers nor query, but still what the authorizer said to the `$connect`. */
export function messageEvent(call: Call, connectedAt: number, routeKey: string, authorizer: object): Event {
  const messageId = "L0SNFfRQPHcCIhw=";
  return {
    ...variables(call),
    requestContext: {
      ...connectionContext(call, connectedAt, routeKey, "MESSAGE"),
      messageId,
      authorizer,
    },
    body: call.request.body ?? "",
    isBase64Encoded: false,
  };
}

export function disconnectEvent(
  call: Call,
  connectedAt: number,
  closure: Closure,
  authorizer: object,
): Event {
  const headers: Fields = [
    ["Host", domainName(call.address)],
    ...DISCONNECT_HEADERS.map((name) => [name, ""] as const),
  ];
  return {
    ...headerMaps(headers),
    ...variables(call),
    requestContext: {
      ...connectionContext(call, connectedAt, "$disconnect", "DISCONNECT"),
      disconnectStatusCode: closure.code,
      disconnectReason: closure.reason,
      authorizer,
    },
    isBase64Encoded: false,
  };
}

function variables({ stageVariables }: Call): Event {
  return Object.keys(stageVariables).length > 0 ? { stageVariables } : {};
}

function handshakeContext(call: Call): Event {
  return connectionContext(call, call.time, "$connect", "CONNECT");
}

function connectionContext(call: Call, connectedAt: number, routeKey: string, eventType: string): Event {
  return {
    routeKey,
    eventType,
    extendedRequestId: call.extendedRequestId,
    requestTime: requestTime(call),
    messageDirection: "IN",
    stage: call.address.stage,
    connectedAt,
    requestTimeEpoch: call.time,
    identity: sourceIdentity(call),
    requestId: call.requestId,
    domainName: domainName(call.address),
    connectionId: call.connectionId,
    apiId: call.address.apiId,
  };
}
