import { AT_LAST_EQUALS } from "./parsers.ts";
import { list, permission } from "./words.ts";

/** What each route asks for: permissions, by the route's name. A route with none needs a signed-in caller and no more. */
export type RoutePermissions = Readonly<Record<string, readonly string[]>>;

/** The file in which a packager lists every guarded route, beside the function's code. */
export const ROUTES_FILE = "routes.json";

/** The rule of every route that no other rule names. */
export const OTHER_ROUTES = "*";

/**
 * A method of API Gateway's and a path, or a WebSocket's or HTTP API's route without a path. API Gateway has no route with
 * a query or a wildcard.
 */
const ROUTE = /^(?:\*|\$default|\$connect|(?:ANY|GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS) \/[^\s?#*]*)$/;

/**
 * Reads `GET /orders/{id}=read:orders, ANY /admin/{proxy+}=admin, GET /hello=`, where a route with several permissions
 * is repeated; or an object of lists.
 *
 * @throws Error whose message continues the name of the setting
 */
export function routePermissions(value: unknown): RoutePermissions {
  const rules: Record<string, readonly string[]> = {};
  for (const [name, permissions] of toRules(value)) {
    if (!ROUTE.test(name))
      throw new Error(`names ${JSON.stringify(name)}, which is not a route: ${EXAMPLES}`);
    rules[name] = Object.freeze([...(rules[name] ?? []), ...permissions]);
  }
  return Object.freeze(rules);
}

const EXAMPLES =
  "write GET /orders/{id} or ANY /admin/{proxy+} as the API defines it, with the method in capitals, or $default, $connect, or * for all others";

/** The text that {@link routePermissions} reads. */
export function formatRoutePermissions(rules: RoutePermissions): string {
  return Object.entries(rules)
    .flatMap(([name, permissions]) =>
      permissions.length === 0 ? [`${name}=`] : permissions.map((needed) => `${name}=${needed}`),
    )
    .join(",");
}

/** The text of {@link ROUTES_FILE}. */
export function formatRoutesFile(rules: RoutePermissions): string {
  return `${JSON.stringify(rules, undefined, 2)}\n`;
}

/** Both together mean both: every route of either, with the permissions of both. */
export function mergeRoutePermissions(first: RoutePermissions, second: RoutePermissions): RoutePermissions {
  const names = [...new Set([...Object.keys(first), ...Object.keys(second)])];
  return Object.fromEntries(
    names.map((name) => [name, [...new Set([...(first[name] ?? []), ...(second[name] ?? [])])]]),
  );
}

type Rule = readonly [name: string, permissions: readonly string[]];

function toRules(value: unknown): readonly Rule[] {
  if (typeof value === "string") return list(parseRule)(value);
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new Error("must be an object of routes and their permissions");
  return Object.entries(value).map(([name, permissions]) => [name, list(permission)(permissions)]);
}

function parseRule(text: unknown): Rule {
  const rule = String(text);
  if (rule.endsWith("=")) return [rule.slice(0, -1).trim(), []];
  const [, name = "", needed = ""] = AT_LAST_EQUALS.exec(rule) ?? [];
  if (name === "") throw new Error(`has an item that is not ROUTE=PERMISSION: ${JSON.stringify(rule)}`);
  return [name.trim(), [permission(needed.trim())]];
}
