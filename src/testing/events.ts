import type { GatewayKind } from "../apigateway/gateways.ts";
import { addressOf, type Address } from "./gateway/address.ts";
import { authorizerEventOf } from "./gateway/authorizer-event.ts";
import { received } from "./gateway/call.ts";
import { header, type ClientRequest } from "./gateway/client-request.ts";

const RECEIVED_AT = Date.UTC(2026, 10, 22, 12, 0, 0);
const REQUEST_ID = "c6af9ac6-7b61-11e6-9a41-93e8deadbeef";

/**
 * The event that API Gateway sends to an authorizer of that kind, in AWS's exact shape, for a route without
 * path parameters and an authorizer whose identity source is the Authorization header.
 */
export function authorizerEvent(
  kind: GatewayKind,
  client: ClientRequest = {},
  api: Partial<Address> = {},
): Record<string, unknown> {
  const address = addressOf(api);
  const { method = "GET", path = "/whoami", headers = [], query = [], body } = client;
  const authorization = header({ headers }, "authorization");
  const call = {
    request: received({ method, path, headers, query, body }, address),
    address,
    route: { key: `${method} ${path}`, resource: path, parameters: {} },
    stageVariables: {},
    time: RECEIVED_AT,
    requestId: REQUEST_ID,
  };
  return authorizerEventOf(kind, call, authorization === undefined ? [] : [authorization]);
}

/** The same, with an Authorization header. */
export function bearerEvent(
  kind: GatewayKind,
  token: string,
  api: Partial<Address> = {},
): Record<string, unknown> {
  return authorizerEvent(kind, { headers: [["Authorization", `Bearer ${token}`]] }, api);
}
