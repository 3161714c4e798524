import { list, permission } from "../../settings/words.ts";
import { mergeRoutePermissions, type RoutePermissions } from "../../settings/route-permissions.ts";
import { PERMISSIONS_NEED_AUDIENCES } from "../package/deployment-values.ts";
import type { AuthorizerReference, FunctionEvent, Serverless, Service } from "./framework-types.ts";
import type { Options } from "./options.ts";
import { getName } from "./routes.ts";

/** What an event of an API may say beside its authorizer: `permissions: read:orders`, or a list. */
const PERMISSIONS = {
  properties: { permissions: { anyOf: [{ type: "string" }, { type: "array", items: { type: "string" } }] } },
};

/** Tells the framework that events of APIs may have permissions. */
export function definePermissions({ configSchemaHandler }: Pick<Serverless, "configSchemaHandler">): void {
  for (const event of ["http", "httpApi", "websocket"])
    configSchemaHandler.defineFunctionEventProperties("aws", event, PERMISSIONS);
}

/** A route as the service's events write it. */
export interface EventRoute {
  readonly api: "rest" | "http" | "websocket";
  readonly functionName: string;
  /** As API Gateway writes it: `GET /orders/{id}`, `$default`, `$connect`. */
  readonly key: string;
  readonly authorizer: unknown;
  /** As it was written; undefined if the event says nothing. */
  readonly permissions: unknown;
  /** Whether the event names no authorizer of any kind, and no API key. */
  readonly isOpen: boolean;
}

/**
 * Returns the routes that an authorizer guards, with the permissions of each; undefined if no event says permissions,
 * because a function with routes answers for these alone.
 *
 * @param name by which routes refer to the authorizer
 */
export function findGuardedRoutes(service: Service, name: string): RoutePermissions | undefined {
  const guarded = listRoutes(service).filter(({ authorizer }) => authorizer === name);
  if (!guarded.some(({ permissions }) => permissions !== undefined)) return undefined;
  // Two APIs may have a route of the same name, which one function cannot tell apart: then the permissions of both count.
  return guarded.reduce<RoutePermissions>(
    (routes, { key, permissions }) => mergeRoutePermissions(routes, { [key]: readPermissions(permissions) }),
    {},
  );
}

/** What is wrong with the permissions of events. */
export function findPermissionIssues(service: Service, authorizers: readonly Options[]): readonly string[] {
  const names = authorizers.map(({ stack }) => stack.name);
  return [
    ...listRoutes(service).flatMap((route) => findRouteIssues(route, names)),
    ...authorizers
      .filter(({ settings, routes = {} }) => hasNoApi(settings) && Object.values(routes).flat().length > 0)
      .map(({ stack }) => `${stack.name}: ${PERMISSIONS_NEED_AUDIENCES}`),
  ];
}

function findRouteIssues(
  { functionName, key, authorizer, permissions }: EventRoute,
  names: readonly string[],
): string[] {
  if (permissions === undefined) return [];
  const route = `functions.${functionName}: ${key}`;
  if (typeof authorizer !== "string" || !names.includes(authorizer))
    return [`${route} has permissions, and no authorizer of the plugin that checks them`];
  try {
    list(permission)(permissions);
    return [];
  } catch (error) {
    return [`${route}: permissions ${(error as Error).message}`];
  }
}

function hasNoApi({ audiences = [] }: Options["settings"]): boolean {
  return [audiences].flat().length === 0;
}

/** What cannot be read is reported, before anything is packaged. */
function readPermissions(value: unknown): readonly string[] {
  try {
    return list(permission)(value ?? []);
  } catch {
    return [];
  }
}

/** Every route of the service's events. */
export function listRoutes({ functions }: Service): readonly EventRoute[] {
  return Object.entries(functions).flatMap(([functionName, { events = [] }]) =>
    events.flatMap((event) => readEvent(functionName, event)),
  );
}

function readEvent(functionName: string, { http, httpApi, websocket }: FunctionEvent): readonly EventRoute[] {
  const toRoute = (api: EventRoute["api"], event: RouteEvent, toKey: ToKey): EventRoute => ({
    api,
    functionName,
    key: toKey(event),
    authorizer: getName(event.authorizer),
    permissions: event.permissions,
    isOpen: event.authorizer === undefined && event.private !== true,
  });
  return [
    ...(http === undefined ? [] : [toRoute("rest", toLongForm(http), toRestKey)]),
    ...(httpApi === undefined ? [] : [toRoute("http", toLongForm(httpApi), toHttpKey)]),
    ...(websocket === undefined ? [] : [toRoute("websocket", toLongForm(websocket), toWebSocketKey)]),
  ];
}

type ToKey = (event: RouteEvent) => string;

/** The short form of an event is `GET /orders`, or the route of a WebSocket API, and has no authorizer. */
function toLongForm(event: string | RouteEvent): RouteEvent {
  if (typeof event !== "string") return event;
  const [method = "", path] = event.trim().split(/\s+/);
  return path === undefined ? { route: event, path: event } : { method, path };
}

/** An event in its long form. */
interface RouteEvent {
  readonly method?: string;
  readonly path?: string;
  readonly route?: string;
  readonly authorizer?: AuthorizerReference;
  readonly permissions?: unknown;
  readonly private?: unknown;
}

function toWebSocketKey({ route }: RouteEvent): string {
  return String(route);
}

/** A REST API's resource has one slash before it and none behind, however the event writes it. */
function toRestKey({ method = "", path = "" }: RouteEvent): string {
  return `${method.toUpperCase()} /${path.replace(/^\//, "").replace(/\/$/, "")}`;
}

function toHttpKey({ method = "*", path = "*" }: RouteEvent): string {
  if (path === "*") return "$default";
  return `${method === "*" ? "ANY" : method.toUpperCase()} ${path}`;
}
