import { existsSync, readFileSync } from "node:fs";
import { ConfigurationError } from "../settings/configuration-error.ts";
import {
  mergeRoutePermissions,
  routePermissions,
  ROUTES_FILE,
  type RoutePermissions,
} from "../settings/route-permissions.ts";
import type { Settings } from "../settings/settings.ts";

/**
 * The settings with the permissions of each route that are packaged in a file, if there is one:
 * `{"GET /orders/{id}": ["read:orders"], "GET /hello": []}`. Those of the settings apply as well.
 *
 * @throws ConfigurationError if the file is not what a packager writes, because ignoring it would open every route
 */
export function addRoutesFile(settings: Settings, path: string): Settings {
  // Most functions have none, and the error that readFileSync throws takes a tenth of a millisecond of a cold start.
  if (!existsSync(path)) return settings;
  return {
    ...settings,
    routePermissions: mergeRoutePermissions(settings.routePermissions, readRoutesFile(path)),
  };
}

function readRoutesFile(path: string): RoutePermissions {
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
