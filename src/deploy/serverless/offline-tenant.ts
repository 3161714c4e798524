import type { Variables } from "../../settings/to-environment.ts";

/** Where `npm start` in a clone of this project has its tenant. */
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
