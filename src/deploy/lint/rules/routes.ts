import type { Route } from "../model.ts";
import { isGuarded, isPreflight, type Check, type RuleFinding, type Scope } from "./rule.ts";

export const unguardedRoutes: Check = (scope) => [
  ...getOpenRoutes(scope)
    .filter((route) => !isRestricted(scope, route))
    .map(({ resource, key }) => ({ resource, route: key, found: `${key} has no authorizer` })),
  ...scope.model.apis
    .filter(({ kind, messages }) => kind === "websocket" && messages > 0)
    .filter(({ id }) => !scope.model.routes.some(({ api, kind }) => api === id && kind === "websocket"))
    .map(({ id }) => ({
      resource: id,
      found: "it has no route $connect, where an authorizer asks for a token",
    })),
];

export const restrictedRoutes: Check = (scope) =>
  getOpenRoutes(scope)
    .filter((route) => isRestricted(scope, route))
    .map(({ resource, key }) => ({
      resource,
      route: key,
      found: `${key} has no authorizer; a resource policy or a private endpoint alone decides who calls it`,
    }));

export const apiKeyRoutes: Check = ({ model, publicRoutes }) =>
  model.routes
    .filter(({ guard, key }) => guard.kind === "key" && !publicRoutes.includes(key))
    .map(({ resource, key }) => ({ resource, route: key, found: `${key} asks for an API key and no token` }));

export const preflightsWithBackend: Check = ({ model }) =>
  model.routes
    .filter((route) => isPreflight(route) && route.kind === "rest" && route.backend.kind !== "mock")
    .map(({ resource, key }) => ({
      resource,
      route: key,
      found: `${key} calls the backend without an authorizer`,
    }));

/** A route that is listed as public and is not there was renamed, or is misspelled. */
export const unknownPublicRoutes: Check = ({ model, publicRoutes }) =>
  publicRoutes
    .filter((route) => !model.routes.some(({ key }) => key === route))
    .map((route) => ({ resource: route, found: "it is listed as public, and there is no such route" }));

export const unreadRoutes: Check = ({ model }) => [
  ...model.routes.flatMap(({ resource, key, guard }) =>
    guard.kind === "unknown" ? [{ resource, route: key, found: `${key}: ${guard.why}` }] : [],
  ),
  ...model.apis
    .filter(({ id, messages }) => messages === 0 && !model.routes.some(({ api }) => api === id))
    .filter(({ id }) => !model.unread.some(({ resource }) => resource === id))
    .map(({ id }) => ({ resource: id, found: "it has no routes in what was read" })),
];

/**
 * What a guarded route does not match, such as a method that its resource does not declare, goes to the greedy route
 * behind it. On an HTTP API so does its path with a slash at the end.
 */
export const openCatchAlls: Check = (scope) => {
  const open = scope.model.routes.filter(
    (route) => route.guard.kind === "none" && isCatchAll(route.key) && !isPreflight(route),
  );
  return open.flatMap((route): RuleFinding[] => {
    const behind = scope.model.routes.find(
      (guarded) => isGuarded(guarded) && isReached(scope, route, guarded),
    );
    if (behind === undefined) return [];
    const found = `${route.key} has no authorizer and the backend of ${behind.key}, and gets what that does not match`;
    return [{ resource: route.resource, route: route.key, found }];
  });
};

/** Routes without an authorizer that are not said to be public. A preflight has a separate rule. */
function getOpenRoutes({ model, publicRoutes }: Scope): Route[] {
  return model.routes.filter(
    (route) => route.guard.kind === "none" && !isPreflight(route) && !publicRoutes.includes(route.key),
  );
}

function isRestricted({ model }: Scope, { api }: Route): boolean {
  return model.apis.some(({ id, isRestricted: is }) => id === api && is);
}

function isCatchAll(key: string): boolean {
  return key === "$default" || /\{[^}]+\+\}$/.test(key);
}

function isReached({ model }: Scope, open: Route, guarded: Route): boolean {
  if (open.api !== guarded.api || open.backend.id === "" || open.backend.id !== guarded.backend.id)
    return false;
  const [path, prefix] = [toPath(guarded.key), toPath(open.key).replace(/\{[^}]+\+\}$/, "")];
  if (open.key !== "$default" && !path.startsWith(prefix)) return false;
  if (open.kind === "http") return true;
  const declared = model.routes
    .filter(({ api, key }) => api === guarded.api && toPath(key) === path)
    .map(({ key }) => toMethod(key));
  if (declared.includes("ANY") || path === toPath(open.key)) return false;
  return toMethod(open.key) === "ANY" || !declared.includes(toMethod(open.key));
}

function toPath(key: string): string {
  return key.slice(key.indexOf(" ") + 1);
}

function toMethod(key: string): string {
  return key.slice(0, Math.max(0, key.indexOf(" ")));
}
