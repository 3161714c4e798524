import { ACCESS_RULES } from "../../authorizer/access-rules.ts";
import type { Identity } from "../../identity/identity.ts";
import type { Settings } from "../../settings/settings.ts";
import { paint, type Terminal } from "../terminal.ts";

/** A route of the settings, and whether a caller may call it. */
interface CallableRoute {
  readonly route: string;
  readonly allowed: boolean;
  /** The permission that the caller lacks. */
  readonly missing?: string;
}

/** Lists which of the routes in AUTHORIZER_ROUTE_PERMISSIONS a caller may call, as a member of the JSON. */
export function withRoutes(
  identity: Identity,
  settings: Settings,
): { readonly routes?: readonly CallableRoute[] } {
  const routes = listRoutes(identity, settings);
  return routes.length === 0 ? {} : { routes };
}

/** Lists the same for a person; empty if there are no permissions by route. */
export function describeRoutes(identity: Identity, settings: Settings, terminal: Terminal): string {
  const lines = listRoutes(identity, settings).map(({ route, allowed, missing }) => {
    const mark = allowed ? paint(terminal, "good", "✓") : paint(terminal, "bad", "✗");
    return `  ${mark} ${route}${missing === undefined ? "" : `   lacks ${missing}`}\n`;
  });
  return lines.length === 0 ? "" : `\nRoutes that this token may call:\n${lines.join("")}`;
}

/** By the authorizer's own rule. */
function listRoutes(identity: Identity, settings: Settings): readonly CallableRoute[] {
  return Object.keys(settings.routePermissions).map((route) => {
    const request = { route: { names: [route], resource: undefined }, stagePermissions: [] } as const;
    const denial = ACCESS_RULES.route(identity, settings, request);
    return denial?.detail === undefined
      ? { route, allowed: true }
      : { route, allowed: false, missing: denial.detail };
  });
}
