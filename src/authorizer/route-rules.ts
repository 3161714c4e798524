import { isLiteralResource, type MatchedRoute } from "../apigateway/route.ts";
import type { Denial } from "../errors.ts";
import type { Identity } from "../identity/identity.ts";
import { OTHER_ROUTES, type RoutePermissions } from "../settings/route-permissions.ts";

/**
 * Returns why a verified caller is denied on this route, if so. A route that no rule names is denied: a typo or a
 * renamed route must not open.
 */
export function checkRoute(
  identity: Identity,
  { names, resource }: MatchedRoute,
  rules: RoutePermissions,
): Denial | undefined {
  const name = [...names, OTHER_ROUTES].find((candidate) => Object.hasOwn(rules, candidate));
  if (name === undefined) return { reason: "route_not_listed", detail: names[0] };
  const missing = findMissingPermission(identity, rules[name] ?? []);
  if (missing !== undefined) return { reason: "permission_missing", detail: missing };
  return resource === undefined || isLiteralResource(resource)
    ? undefined
    : { reason: "context_value_unsupported", detail: "path" };
}

/** Returns the first of these permissions that is neither in `permissions` nor in `scope`. */
export function findMissingPermission(
  { permissions, scopes }: Pick<Identity, "permissions" | "scopes">,
  required: readonly string[],
): string | undefined {
  return required.find((permission) => !permissions.includes(permission) && !scopes.includes(permission));
}
