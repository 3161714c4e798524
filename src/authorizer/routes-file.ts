import { existsSync, readFileSync } from "node:fs";
import { ConfigurationError } from "../settings/configuration-error.ts";
import { routePermissions, ROUTES_FILE, type RoutePermissions } from "../settings/route-permissions.ts";

/**
 * Reads the permissions of each route: `{"GET /orders/{id}": ["read:orders"], "GET /hello": []}`.
 *
 * @returns no routes if there is no such file
 * @throws ConfigurationError if the file is not what a packager writes, because ignoring it would open every route
 */
export function readRoutesFile(path: string): RoutePermissions {
  // Most functions have none, and the error that readFileSync throws takes a tenth of a millisecond of a cold start.
  if (!existsSync(path)) return {};
  try {
    const rules = routePermissions(JSON.parse(readFileSync(path, "utf8")));
    // Without any rule every route is open, which no one would package a file for.
    if (Object.keys(rules).length === 0)
      throw new Error("names no route: leave the file out to have no rules");
    return rules;
  } catch (error) {
    throw new ConfigurationError([`${ROUTES_FILE} ${(error as Error).message}`]);
  }
}
