import { AuthorizerError } from "../errors.ts";
import { toStageArn } from "./stage-arn.ts";
import { detectGateway, GATEWAYS, isObject, asObject, type GatewayKind } from "./gateways.ts";

/** What an authorizer needs of a request, whatever gateway it came through. */
export interface GatewayRequest {
  readonly kind: GatewayKind;
  /** The ARN of all routes of the request's API and stage. */
  readonly stageArn: string;
  readonly requestId: string | undefined;
  readonly credentials: {
    /** Every Authorization header, as received. */
    readonly headers: readonly unknown[];
    /** Every query parameter with the token of a WebSocket, as received; none on other gateways. */
    readonly parameters: readonly unknown[];
    /** Every header Sec-WebSocket-Protocol of a WebSocket, as received; none on other gateways. */
    readonly subprotocols: readonly unknown[];
  };
  /** The values by which the gateway caches the answer, where the event has them: those of HTTP APIs do. */
  readonly identitySource: readonly string[] | undefined;
}

/** What gateways make request IDs of. It is logged, so that nothing else may pass for one. */
const REQUEST_ID = /^[\w+/=-]{1,100}$/;

/**
 * An HTTP API passes on at most 10,240 bytes of headers. A longer one will be rejected for its size, so only its
 * length is compared: comparing its content would take longer than rejecting it.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
 */
const MAX_HEADER_CHARACTERS = 10_240;

/**
 * Detects the kind of event, and reads all of them alike.
 *
 * @param tokenParameter the query parameter with a WebSocket's token
 * @throws AuthorizerError `unsupported_event`
 */
export function readEvent(event: unknown, tokenParameter: string): GatewayRequest {
  if (!isObject(event)) throw new AuthorizerError("unsupported_event", "not an object");
  const kind = detectGateway(event);
  if (kind === undefined) throw new AuthorizerError("unsupported_event", "unknown type or version");
  const gateway = GATEWAYS[kind];
  const arn = event[gateway.arnField];
  if (typeof arn !== "string") throw new AuthorizerError("unsupported_event", "no ARN");
  const { requestId } = asObject(event["requestContext"]);
  return {
    kind,
    stageArn: toStageArn(arn),
    requestId: typeof requestId === "string" && REQUEST_ID.test(requestId) ? requestId : undefined,
    credentials: {
      headers: gateway.authorization(event),
      parameters: gateway.parameters(event, tokenParameter),
      subprotocols: gateway.subprotocols(event),
    },
    identitySource: gateway.identitySource(event),
  };
}

/**
 * Checks that the gateway's cache will tell this caller's answer from others. An HTTP API caches it under the values
 * of its identity source: where the token is not among them, the next caller with the same values would be answered
 * as this one.
 *
 * @throws AuthorizerError `identity_source_without_token`, which no gateway caches
 */
export function checkIdentitySource({ credentials, identitySource }: GatewayRequest): void {
  const [credential = ""] = credentials.headers;
  const isHeld = identitySource?.some((value) =>
    value.length > MAX_HEADER_CHARACTERS
      ? value.length === (credential as string).length
      : value === credential,
  );
  if (isHeld === false) throw new AuthorizerError("identity_source_without_token");
}
