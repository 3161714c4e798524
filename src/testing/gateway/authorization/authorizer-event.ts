import type { GatewayKind } from "../../../apigateway/gateways.ts";
import type { Call } from "../call.ts";
import { http1AuthorizerEvent, http2AuthorizerEvent } from "../http-event.ts";
import { restRequestEvent, restTokenEvent, type Event } from "../rest-event.ts";
import { connectAuthorizerEvent } from "../websocket-event.ts";

/**
 * What a gateway sends to its authorizer, its keys in AWS's order.
 *
 * @param identity what the identity sources hold
 */
export function getAuthorizerEvent(kind: GatewayKind, call: Call, identity: readonly string[]): Event {
  return EVENTS[kind](call, identity);
}

const EVENTS: Readonly<Record<GatewayKind, (call: Call, identity: readonly string[]) => Event>> = {
  "rest-token": restTokenEvent,
  "rest-request": restRequestEvent,
  "http-1.0": http1AuthorizerEvent,
  "http-2.0": http2AuthorizerEvent,
  websocket: connectAuthorizerEvent,
};
