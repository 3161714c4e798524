import { getVariable, KEYS } from "../../settings/settings.ts";
import type { Variables } from "../../settings/to-environment.ts";
import type { Options } from "./options.ts";

/** Where the local tenant answers by default. */
const LOCAL_TENANT = "http://localhost:4000/";
const TIMEOUT_MS = 3000;

/**
 * The settings of an authorizer for a tenant on this machine, as the tenant itself tells them.
 *
 * @param tenant `local`, or the tenant's URL where it has another port
 * @throws Error that says how to start one
 */
export async function settingsOfLocalTenant(tenant: string): Promise<Variables> {
  const url = tenant === "local" ? LOCAL_TENANT : tenant;
  try {
    const response = await fetch(new URL("/_local/settings", url), {
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    return (await response.json()) as Variables;
  } catch (cause) {
    throw new Error(
      `No local tenant answers at ${url} (${(cause as Error).message}). Start it with npm start in a clone of ` +
        "auth0-api-gateway-authorizer, or take offlineTenant out.",
      { cause },
    );
  }
}

/**
 * What the local tenant replaces in an authorizer's settings: its own domain, applications, API and claim in the place
 * of those that are set, and nothing where nothing is set. So a kind of token that the deployed service refuses is
 * refused here too.
 */
export function toOfflineVariables({ settings }: Options, tenant: Variables): Variables {
  const replaced = (["clientIds", "audiences", "emailClaim"] as const).filter(
    (key) => settings[key] !== undefined && [settings[key]].flat().length > 0,
  );
  const keys = ["domain", ...replaced] as const;
  return Object.fromEntries(keys.map((key) => [getVariable(key), tenant[getVariable(key)] ?? ""]));
}

/**
 * The function's environment under serverless-offline, which also gives it the service's: variables of ours that stand
 * there would make it accept more than what is deployed, so they are set to nothing.
 */
export function withoutSharedSettings(
  own: Readonly<Record<string, unknown>>,
  shared: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> {
  const ours = KEYS.map(getVariable).filter((name) => name in shared);
  return { ...Object.fromEntries(ours.map((name) => [name, ""])), ...own };
}
