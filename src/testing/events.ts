import type { GatewayKind } from "../apigateway/gateways.ts";
import { getAddress, type Address } from "./gateway/address.ts";
import { getAuthorizerEvent } from "./gateway/authorization/authorizer-event.ts";
import { identityValues } from "./gateway/authorization/identity-source.ts";
import { getApiType, received, type ApiType, type Call } from "./gateway/call.ts";
import { completed, type ClientRequest } from "./gateway/client-request.ts";
import { toHttpPaths, toPlainPaths, toRestPaths, type Paths } from "./gateway/paths.ts";
import type { RequestIds } from "./gateway/request-ids.ts";
import { findRoute, type Route } from "./gateway/routes.ts";

const RECEIVED_AT = Date.UTC(2026, 10, 22, 12, 0, 0);
const UUID = "c6af9ac6-7b61-11e6-9a41-93e8deadbeef";
const SHORT_ID = "JTB0CGdnIAMFz2wxYmQ=";
const CONNECTION_ID = "L0SM9cOFvHcCIhw=";

const AUTHORIZATION: Readonly<Record<ApiType, string>> = {
  rest: "method.request.header.Authorization",
  http: "$request.header.Authorization",
  websocket: "route.request.header.Authorization",
};

/** Where the API lives, and which of its routes and settings the event tells of. */
export interface EventOptions extends Partial<Address> {
  /** The route that the request has reached, `ANY /orders/{id}`; the request's own method and path where left out. */
  readonly route?: string;
  readonly stageVariables?: Readonly<Record<string, string>>;
  /** In the gateway's own spelling; the Authorization header where left out. */
  readonly identitySources?: readonly string[];
}

/**
 * The event that API Gateway sends to an authorizer of that kind, in AWS's exact shape.
 *
 * @example
 * authorizerEvent("http-2.0", { path: "/orders/7" }, { route: "GET /orders/{id}" });
 * @throws Error where the request does not reach the route
 */
export function authorizerEvent(
  kind: GatewayKind,
  client: ClientRequest = {},
  options: EventOptions = {},
): Record<string, unknown> {
  const { route, stageVariables = {}, identitySources, ...where } = options;
  const api = getApiType(kind);
  const address = getAddress(where);
  const request = received(api, completed(client), address);
  const paths = getPaths(api, request.path, address.stage);
  const call: Call = {
    request,
    address,
    paths,
    route: getRoute(api, request.method, paths.routed, route),
    stageVariables,
    time: RECEIVED_AT,
    ...getIds(kind),
  };
  const sources = identitySources ?? [AUTHORIZATION[api]];
  return getAuthorizerEvent(kind, call, identityValues(sources, kind, call) ?? []);
}

/** The same, with an Authorization header. */
export function bearerEvent(
  kind: GatewayKind,
  token: string,
  options: EventOptions = {},
): Record<string, unknown> {
  return authorizerEvent(kind, { headers: [["Authorization", `Bearer ${token}`]] }, options);
}

function getPaths(api: ApiType, sent: string, stage: string): Paths {
  if (api === "rest") return toRestPaths(sent, stage, "");
  const paths = api === "http" ? toHttpPaths(sent, stage) : toPlainPaths(sent, stage);
  if (paths === undefined) throw new Error(`${sent} cannot be decoded: an HTTP API answers 400 by itself`);
  return paths;
}

function getRoute(api: ApiType, method: string, path: string, wanted: string | undefined): Route {
  if (api === "websocket") return { key: "$connect", resource: "$connect", parameters: {} };
  if (wanted === undefined) return { key: `${method} ${path}`, resource: path, parameters: {} };
  const route = findRoute(api, [wanted], method, path);
  if (route === undefined) throw new Error(`${method} ${path} does not reach the route ${wanted}`);
  return route;
}

function getIds(kind: GatewayKind): RequestIds {
  const requestId = kind.startsWith("rest") ? UUID : SHORT_ID;
  return { requestId, extendedRequestId: SHORT_ID, connectionId: CONNECTION_ID };
}
