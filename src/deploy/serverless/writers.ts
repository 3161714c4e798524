import { toDeployableVariables, type DeployableSettings } from "../package/deployment-values.ts";
import type { SettingKey } from "../../settings/settings.ts";
import type { FunctionDefinition } from "./framework-types.ts";
import type { Options } from "./options.ts";

/** A function that writes revocations, as {@link Options} ask for it. */
interface Writer {
  /** What its name ends with. */
  readonly suffix: "RevokeOnEvent" | "BackChannelLogout";
  readonly definition: FunctionDefinition;
}

/** The files of the functions that write revocations, in the package's `dist/` and in their zip. */
export const WRITER_FILES = ["revoke-on-event.cjs", "back-channel-logout.cjs"];

const TIMEOUT_SECONDS = 10;
/** The authorizer's settings that the endpoint for logout tokens has too. */
const LOGOUT_SETTINGS: readonly SettingKey[] = [
  "domain",
  "clockToleranceSeconds",
  "jwksMaxAgeSeconds",
  "jwksStaleIfErrorSeconds",
  "jwksTimeoutMs",
];

/** What the authorizer's function needs beyond its settings where there is a table. */
export function getTable(idPrefix: string): {
  readonly variables: object;
  readonly dependsOn: readonly string[];
} {
  return {
    variables: { REVOCATION_TABLE: { Ref: `${idPrefix}RevocationTable` } },
    dependsOn: [`${idPrefix}RevocationReaderPolicy`],
  };
}

/**
 * The functions that write revocations, as `serverless.yml` would define them.
 *
 * @param artifact the absolute path of their zip
 */
export function getWriters(options: Options, idPrefix: string, artifact: string): readonly Writer[] {
  const { stack } = options;
  if (!stack.revocations) return [];
  const common = {
    runtime: stack.runtime,
    architecture: stack.architecture,
    memorySize: stack.memorySize,
    timeout: TIMEOUT_SECONDS,
    logRetentionInDays: stack.logRetentionInDays,
    events: [],
    package: { artifact },
  };
  const definitions = { RevokeOnEvent: revokeOnEvent, BackChannelLogout: backChannelLogout };
  const suffixes = stack.backChannelLogout
    ? (["RevokeOnEvent", "BackChannelLogout"] as const)
    : (["RevokeOnEvent"] as const);
  return suffixes.map((suffix) => ({
    suffix,
    definition: {
      ...common,
      role: `${idPrefix}${suffix}Role`,
      ...definitions[suffix](options, {
        ...toDeployableVariables(only(options.settings, ["logLevel"])),
        ...sessionRetention(stack),
        ...getTable(idPrefix).variables,
      }),
    },
  }));
}

function sessionRetention({ sessionRetentionDays: days }: Options["stack"]): object {
  return days === undefined ? {} : { REVOCATION_SESSION_RETENTION_DAYS: String(days) };
}

function revokeOnEvent({ stack }: Options, environment: object): object {
  return {
    handler: "revoke-on-event.handler",
    description: "Writes revocations from the messages that Auth0 sends through EventBridge.",
    environment: { ...environment, REVOCATION_ON_LOGOUT: String(stack.revokeOnLogout) },
  };
}

function backChannelLogout(options: Options, environment: object): object {
  const settings = { ...only(options.settings, LOGOUT_SETTINGS), clientIds: logoutClientIds(options) };
  return {
    handler: "back-channel-logout.handler",
    description: "Writes revocations of sessions from Auth0's logout tokens.",
    url: true,
    environment: { ...toDeployableVariables(settings), ...environment },
  };
}

/** The applications whose logout tokens count: those whose ID tokens do, unless others are named. */
function logoutClientIds({ stack, settings }: Options): unknown {
  return stack.logoutClientIds.length > 0 ? stack.logoutClientIds : settings.clientIds;
}

function only(settings: DeployableSettings, keys: readonly SettingKey[]): DeployableSettings {
  return Object.fromEntries(keys.map((key) => [key, settings[key]]));
}
