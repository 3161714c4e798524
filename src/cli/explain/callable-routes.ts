import { ACCESS_RULES } from "../../authorizer/access-rules.ts";
import type { Identity } from "../../identity/identity.ts";
import type { Settings } from "../../settings/settings.ts";

/** A route of the settings, and whether a caller may call it. */
export interface CallableRoute {
  readonly route: string;
  readonly allowed: boolean;
  /** The permission that the caller lacks. */
  readonly missing?: string;
}

/** Returns which of the routes in AUTHORIZER_ROUTE_PERMISSIONS a caller may call, by the authorizer's own rule. */
export function listRoutes(identity: Identity, settings: Settings): readonly CallableRoute[] {
  return Object.keys(settings.routePermissions).map((route) => {
    const request = { route: { names: [route], resource: undefined }, stagePermissions: [] } as const;
    const denial = ACCESS_RULES.route(identity, settings, request);
    return denial?.detail === undefined
      ? { route, allowed: true }
      : { route, allowed: false, missing: denial.detail };
  });
}
