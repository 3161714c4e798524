import { findNearest } from "../../../settings/misspelling.ts";
import {
  mergeRoutePermissions,
  OTHER_ROUTES,
  routePermissions,
  type RoutePermissions,
} from "../../../settings/route-permissions.ts";
import { getVariable } from "../../../settings/settings.ts";
import type { Authorizer, LambdaFunction, Route } from "../model.ts";
import {
  calls,
  getAllOurs,
  isIncomplete,
  readEnvironment,
  type Check,
  type RuleFinding,
  type Scope,
} from "./rule.ts";

/** An authorizer's function with permissions by route, and what calls it in these templates. */
interface Guarding {
  readonly lambda: LambdaFunction;
  readonly rules: RoutePermissions;
  readonly authorizers: readonly Authorizer[];
  readonly routes: readonly Route[];
  /** Routes that it may guard: their authorizer could not be read. */
  readonly uncertain: readonly Route[];
}

/** A guarded route that no rule names: each call is denied. */
export const unlistedRoutes: Check = (scope) =>
  getGuarding(scope, getAllOurs(scope)).flatMap(({ lambda, rules, routes }) =>
    routes
      .filter((route) => isReadable(route) && !isListed(rules, route))
      .map(({ resource, key }): RuleFinding => ({
        resource,
        route: key,
        found: `${key} has the authorizer, and ${lambda.id} has permissions for other routes only`,
        // Its code may have the route.
        ...(lambda.routesFile === undefined && { severity: "not checked" as const }),
      })),
  );

/** A rule that names no route: a route was renamed, or the rule is misspelled. */
export const rulesWithoutRoute: Check = (scope) =>
  getGuarding(scope, scope.ours)
    .filter(({ authorizers }) => authorizers.length > 0)
    .flatMap(({ lambda, rules, routes, uncertain }) => {
      const names = [...routes, ...uncertain].flatMap(toNames);
      const isUncertain = isIncomplete(scope) || ![...routes, ...uncertain].every(isReadable);
      return Object.keys(rules)
        .filter((name) => name !== OTHER_ROUTES && !names.includes(name))
        .map((name): RuleFinding => ({
          resource: lambda.id,
          route: name,
          found: `it has permissions for ${name}, and guards no such route${suggest(name, routes)}`,
          ...(isUncertain && { severity: "not checked" as const }),
        }));
    });

function suggest(name: string, routes: readonly Route[]): string {
  const keys = routes.map(({ key }) => key);
  const meant = findNearest(name, keys);
  return meant === undefined ? "" : `. Did you mean ${meant}?`;
}

/** An authorizer that is not told the route, or not in a way that callers cannot forge: every call is answered 500. */
export const routesNotTold: Check = (scope) =>
  getGuarding(scope, getAllOurs(scope)).flatMap(({ authorizers }) =>
    authorizers.flatMap(({ id, kind, isToken, payloadVersion, sources }): RuleFinding[] => {
      if (isToken) return [{ resource: id, found: "it is of the type TOKEN, whose events have no route" }];
      if (kind !== "http") return [];
      if (payloadVersion === "1.0") return [{ resource: id, found: "its payload version is 1.0" }];
      if (sources === undefined || sources.includes("$context.routeKey")) return [];
      return [{ resource: id, found: "its identity sources do not have $context.routeKey" }];
    }),
  );

/** A REST API's cache with one entry for all routes: the policy of one route is the answer for the others. */
export const routesNotInKey: Check = (scope) =>
  getGuarding(scope, getAllOurs(scope)).flatMap(({ authorizers }) =>
    authorizers
      .filter(({ kind, isToken, ttlSeconds = 0 }) => kind === "rest" && !isToken && ttlSeconds > 0)
      .flatMap(({ id, sources, ttlSeconds }): RuleFinding[] => {
        const named = sources?.map((source) => source.trim());
        const missing = ["context.httpMethod", "context.path"].filter((source) => !named?.includes(source));
        if (named === undefined || missing.length === 0) return [];
        const found = `answers are cached for ${ttlSeconds ?? 0} s under a key without ${missing.join(" and ")}`;
        return [{ resource: id, found }];
      }),
  );

/** A file of routes with which the function does not start. */
export const brokenRoutesFiles: Check = ({ ours }) =>
  ours.flatMap(({ id, routesFile }) =>
    routesFile?.issue === undefined ? [] : [{ resource: id, found: routesFile.issue }],
  );

function getGuarding({ model }: Scope, functions: readonly LambdaFunction[]): Guarding[] {
  return functions.flatMap((lambda) => {
    const rules = readRules(lambda);
    if (Object.keys(rules).length === 0) return [];
    const authorizers = model.authorizers.filter((authorizer) => calls(authorizer, lambda));
    const routes = model.routes.filter(
      ({ guard }) => guard.kind === "lambda" && authorizers.some(({ id }) => id === guard.authorizer),
    );
    const uncertain = model.routes.filter(({ guard }) => guard.kind === "unknown");
    return [{ lambda, rules, authorizers, routes, uncertain }];
  });
}

/** What the function reads; nothing if a part of it is wrong, or known only at deployment. Other rules say so. */
function readRules(lambda: LambdaFunction): RoutePermissions {
  const variable = getVariable("routePermissions");
  const { texts, unknown } = readEnvironment(lambda);
  if (variable in unknown || lambda.routesFile?.issue !== undefined) return {};
  try {
    const configured = routePermissions((texts[variable] ?? "").trim());
    return mergeRoutePermissions(configured, lambda.routesFile?.rules ?? {});
  } catch {
    return {};
  }
}

function isListed(rules: RoutePermissions, route: Route): boolean {
  const listed = Object.keys(rules);
  return listed.includes(OTHER_ROUTES) || toNames(route).some((name) => listed.includes(name));
}

const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/** The names that a rule may have for a route. A REST API tells the method that was called, an HTTP API the route. */
function toNames({ kind, key }: Route): readonly string[] {
  if (kind !== "rest") return [key];
  const path = key.slice(key.indexOf(" ") + 1);
  const own = key.startsWith("ANY ") ? METHODS.map((method) => `${method} ${path}`) : [key];
  return [...own, `ANY ${path}`];
}

/** Whether the whole path is known: a parent may be another stack's. */
function isReadable({ key }: Route): boolean {
  return !key.includes("…") && !key.includes("⟦") && !key.includes("?");
}
