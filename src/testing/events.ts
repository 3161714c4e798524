import type { GatewayKind } from "../apigateway/gateways.ts";
import { getAddress, type Address } from "./gateway/address.ts";
import { getAuthorizerEvent } from "./gateway/authorization/authorizer-event.ts";
import { getApiType, received, type Call } from "./gateway/call.ts";
import { completed, type ClientRequest } from "./gateway/client-request.ts";
import { identityValues } from "./gateway/authorization/identity-source.ts";
import type { RequestIds } from "./gateway/request-ids.ts";

const AUTHORIZATION = "request.header.Authorization";
const RECEIVED_AT = Date.UTC(2026, 10, 22, 12, 0, 0);
const UUID = "c6af9ac6-7b61-11e6-9a41-93e8deadbeef";
const SHORT_ID = "JTB0CGdnIAMFz2wxYmQ=";
const CONNECTION_ID = "L0SM9cOFvHcCIhw=";

/**
 * The event that API Gateway sends to an authorizer of that kind, in AWS's exact shape, for a route without
 * path parameters and an authorizer whose identity source is the Authorization header.
 */
export function authorizerEvent(
  kind: GatewayKind,
  client: ClientRequest = {},
  api: Partial<Address> = {},
): Record<string, unknown> {
  const address = getAddress(api);
  const request = received(getApiType(kind), completed(client), address);
  const { method, path } = request;
  const call: Call = {
    request,
    address,
    route: { key: `${method} ${path}`, resource: path, parameters: {} },
    stageVariables: {},
    time: RECEIVED_AT,
    ...getIds(kind),
  };
  return getAuthorizerEvent(kind, call, identityValues([AUTHORIZATION], kind, call) ?? []);
}

function getIds(kind: GatewayKind): RequestIds {
  const requestId = kind.startsWith("rest") ? UUID : SHORT_ID;
  return { requestId, extendedRequestId: SHORT_ID, connectionId: CONNECTION_ID };
}

/** The same, with an Authorization header. */
export function bearerEvent(
  kind: GatewayKind,
  token: string,
  api: Partial<Address> = {},
): Record<string, unknown> {
  return authorizerEvent(kind, { headers: [["Authorization", `Bearer ${token}`]] }, api);
}
