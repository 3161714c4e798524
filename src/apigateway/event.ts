import { Refusal } from "../refusal.ts";
import { stageArn } from "./arn.ts";

/** API Gateway's kinds of event for a Lambda authorizer. */
export type GatewayKind = "rest-token" | "rest-request" | "http-1.0" | "http-2.0" | "websocket";

/** What an authorizer needs of a request, whatever gateway it came through. */
export interface GatewayRequest {
  readonly kind: GatewayKind;
  /** The ARN of all routes of the request's API and stage. */
  readonly stageArn: string;
  readonly requestId: string | undefined;
  readonly credentials: {
    /** Every Authorization header, as received. */
    readonly headers: readonly unknown[];
    /** Every query parameter `access_token`, as received. */
    readonly parameters: readonly unknown[];
    /** A browser cannot set headers when it opens a WebSocket. */
    readonly parameterAllowed: boolean;
  };
}

type Event = Readonly<Record<string, unknown>>;

/** What gateways make request IDs of. It is logged, so that nothing else may pass for one. */
const REQUEST_ID = /^[\w+/=-]{1,100}$/;

/**
 * Tells the five kinds apart and reads them alike.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-input.html
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html
 * @throws Refusal `unsupported_event`
 */
export function readEvent(event: unknown): GatewayRequest {
  if (!isObject(event)) throw new Refusal("unsupported_event", "not an object");
  const kind = gatewayKind(event);
  const arn = kind === "http-2.0" ? event["routeArn"] : event["methodArn"];
  if (typeof arn !== "string") throw new Refusal("unsupported_event", "no ARN");
  const requestId = object(event["requestContext"])["requestId"];
  return {
    kind,
    stageArn: stageArn(arn),
    requestId: typeof requestId === "string" && REQUEST_ID.test(requestId) ? requestId : undefined,
    credentials: {
      headers: kind === "rest-token" ? [event["authorizationToken"]].filter(isPresent) : headers(event),
      parameters: kind === "rest-token" ? [] : queryParameters(event),
      parameterAllowed: kind === "websocket",
    },
  };
}

function gatewayKind(event: Event): GatewayKind {
  const { type, version } = event;
  if (type === "TOKEN") return "rest-token";
  if (version === "2.0") return "http-2.0";
  if (version === "1.0") return "http-1.0";
  if (type !== "REQUEST" || version !== undefined)
    throw new Refusal("unsupported_event", "unknown type or version");
  return object(event["requestContext"])["eventType"] === "CONNECT" ? "websocket" : "rest-request";
}

/** Names of headers keep the client's case on REST APIs and under serverless-offline (RFC 9110 §5.1: any case). */
function headers(event: Event): readonly unknown[] {
  return values(
    event["headers"],
    event["multiValueHeaders"],
    (name) => name.toLowerCase() === "authorization",
  );
}

function queryParameters(event: Event): readonly unknown[] {
  const { queryStringParameters, multiValueQueryStringParameters } = event;
  return values(queryStringParameters, multiValueQueryStringParameters, (name) => name === "access_token");
}

/** The single-value form holds only the last value where the multi-value form exists. */
function values(single: unknown, multiple: unknown, isWanted: (name: string) => boolean): readonly unknown[] {
  const all = select(multiple, isWanted).flat();
  return all.length > 0 ? all : select(single, isWanted);
}

function select(fields: unknown, isWanted: (name: string) => boolean): readonly unknown[] {
  if (!isObject(fields)) return [];
  return Object.keys(fields)
    .filter(isWanted)
    .map((name) => fields[name])
    .filter(isPresent);
}

function isPresent(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function object(value: unknown): Event {
  return isObject(value) ? value : {};
}

function isObject(value: unknown): value is Event {
  return typeof value === "object" && value !== null;
}
