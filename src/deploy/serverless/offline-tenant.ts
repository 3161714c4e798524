import { getVariable, KEYS, type SettingKey } from "../../settings/settings.ts";
import type { Variables } from "../../settings/to-environment.ts";
import { findDeploymentKeys, isCloudFormationValue } from "../package/deployment-values.ts";
import type { Options } from "./options.ts";

/** Where the local tenant answers by default. */
const LOCAL_TENANT = "http://localhost:4000/";
const LOOPBACK = ["localhost", "127.0.0.1", "[::1]"];
const TIMEOUT_MS = 3000;

/** What the local tenant replaces, if the service sets it. */
const REPLACED = ["clientIds", "audiences", "emailClaim"] as const;
/** What tells callers of one authorizer from callers of another. */
const IDENTIFIERS = ["clientIds", "audiences"] as const;

/**
 * The settings of an authorizer for a tenant on this machine, as the tenant itself tells them.
 *
 * @param tenant `local`, or the tenant's URL where it has another port
 * @throws Error that says how to start one
 */
export async function settingsOfLocalTenant(tenant: string): Promise<Variables> {
  const url = tenant === "local" ? LOCAL_TENANT : tenant;
  if (!isLoopback(url))
    throw new Error(`offlineTenant must be local, or a URL of this machine such as ${LOCAL_TENANT}: ${url}`);
  try {
    const response = await fetch(new URL("/_local/settings", url), {
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    return (await response.json()) as Variables;
  } catch (cause) {
    throw new Error(
      `No local tenant answers at ${url} (${(cause as Error).message}). Start it with ` +
        `npx auth0-authorizer tenant --port ${new URL(url).port || "80"}, or take offlineTenant out.`,
      { cause },
    );
  }
}

function isLoopback(url: string): boolean {
  return URL.canParse(url) && LOOPBACK.includes(new URL(url).hostname);
}

/**
 * What the local tenant replaces in an authorizer's settings: its own domain, and its applications, APIs and email
 * claim instead of those that are set, so that a kind of token that the deployed service refuses is refused here
 * too. Where the tenant was started with applications or APIs of the service, only these count.
 */
export function toOfflineVariables({ settings }: Options, tenant: Variables): Variables {
  const replaced = REPLACED.filter((key) => isSet(settings[key])).map(
    (key): [variable: string, value: string] => {
      const local = tenant[getVariable(key)] ?? "";
      const known = findKnown(settings[key], local);
      return [getVariable(key), known.length > 0 ? known.join(",") : local];
    },
  );
  return Object.fromEntries([[getVariable("domain"), tenant[getVariable("domain")] ?? ""], ...replaced]);
}

/**
 * Why serverless-offline with this tenant would accept more than is deployed: where authorizers take different
 * applications or APIs which the tenant does not have, the tenant's own would count at each of them.
 */
export function findIndistinct(authorizers: readonly Options[], tenant: Variables): readonly string[] {
  return IDENTIFIERS.flatMap((key) => {
    const values = authorizers.map(({ settings }) => settings[key]).filter(isSet);
    const isDifferent = new Set(values.map((value) => JSON.stringify(toItems(value)))).size > 1;
    const isUnknown = values.some((value) => findKnown(value, tenant[getVariable(key)] ?? "").length === 0);
    if (!isDifferent || !isUnknown) return [];
    const option = key === "clientIds" ? "--client" : "--audience";
    const all = [...new Set(values.flatMap(toItems))].filter((item) => typeof item === "string");
    return [
      `the authorizers have different ${key}, which the local tenant does not have: start it with ` +
        `npx auth0-authorizer tenant ${all.map((item) => `${option} ${item}`).join(" ")}`,
    ];
  });
}

/**
 * Why an authorizer cannot start under serverless-offline: it has values that only a deployment knows, beside those
 * that the local tenant brings.
 */
export function findUnknownOffline({ stack, settings }: Options): readonly string[] {
  const brought: readonly SettingKey[] = stack.offlineTenant === undefined ? [] : ["domain", ...REPLACED];
  return findDeploymentKeys(settings, isCloudFormationValue)
    .filter((key) => !brought.includes(key))
    .map(
      (key) =>
        `${stack.name}: ${key} is known only at deployment. For serverless-offline give it a value, such as ` +
        `\${param:${key}}, with params for the stage`,
    );
}

/**
 * The function's environment under serverless-offline, which also gives it the service's, and with --localEnvironment
 * that of the shell: variables of ours there would make it accept more than what is deployed, so all that the function
 * does not have itself are empty.
 */
export function withOwnSettingsOnly(
  own: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  return { ...Object.fromEntries(KEYS.map((key) => [getVariable(key), ""])), ...own };
}

/** Whether anything is set, as the deployed function sees it: `clientIds: ""` and `clientIds: []` name none. */
function isSet(value: unknown): boolean {
  return toItems(value).length > 0;
}

/** The items of a list, or of a string with commas. */
function toItems(value: unknown): readonly unknown[] {
  return [value]
    .flat()
    .flatMap((item) => (typeof item === "string" ? item.split(",").map((part) => part.trim()) : [item]))
    .filter((item) => item !== undefined && item !== null && item !== "");
}

function findKnown(value: unknown, local: string): readonly unknown[] {
  const known = toItems(local);
  return toItems(value).filter((item) => known.includes(item));
}
