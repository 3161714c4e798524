import type { Settings } from "../../settings/settings.ts";
import { checkDiscovery } from "./discovery.ts";
import type { Finding } from "./finding.ts";
import { checkKeys } from "./keys.ts";
import type { Terminal } from "../terminal.ts";

/** What a look at a tenant needs to know. */
export type TenantSettings = Pick<Settings, "jwksTimeoutMs" | "clockToleranceSeconds">;

/** Everything that can be seen of a tenant from outside, by its issuer identifier. Whatever it answers is a finding. */
export async function checkTenant(
  issuer: string,
  settings: TenantSettings,
  terminal: Terminal,
): Promise<readonly Finding[]> {
  const discovery = checkDiscovery(issuer, settings.clockToleranceSeconds, terminal);
  const keys = checkKeys(issuer, settings.jwksTimeoutMs, terminal);
  return [...(await discovery), ...(await keys)];
}
