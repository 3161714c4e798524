import { isInFuture } from "./cutoff.ts";
import { ConfigurationError, FUTURE_CUTOFF } from "./configuration-error.ts";
import { SETTINGS, type SettingKey } from "./definitions.ts";
import {
  KEYS,
  settingsFrom,
  settingsFromEnvironment,
  getVariable,
  type SettingsOptions,
} from "./settings.ts";

/** Environment variables, as text. */
export type Variables = Readonly<Record<string, string>>;

/**
 * Settings given in code as the environment variables of a function: what `settingsFromEnvironment` makes of them is
 * what `settingsFrom` makes of the settings.
 *
 * @param now milliseconds since the epoch
 * @throws ConfigurationError naming the properties, also where a value has a separator in it, such as a comma, or where
 * `issuedAfter` is in the future
 */
export function toEnvironment(options: SettingsOptions, now: number): Variables {
  const wanted = settingsFrom(options);
  if (isInFuture(wanted.issuedAfter, now)) throw new ConfigurationError([`issuedAfter ${FUTURE_CUTOFF}`]);
  const variables = toVariables(options);
  const read = settingsFromEnvironment(variables);
  const different = KEYS.filter((key) => JSON.stringify(wanted[key]) !== JSON.stringify(read[key]));
  if (different.length > 0) {
    throw new ConfigurationError(
      different.map(
        (key) => `${key} has a value with a separator in it, which no environment variable can hold`,
      ),
    );
  }
  return variables;
}

/** The variables of settings that are not checked: values may be placeholders that are resolved later. */
export function toVariables(options: SettingsOptions): Variables {
  const given = KEYS.filter((key) => options[key] !== undefined);
  return Object.fromEntries(given.map((key) => [getVariable(key), formatValue(key, options[key])]));
}

function formatValue(key: SettingKey, value: unknown): string {
  const format = SETTINGS[key].format as ((value: unknown) => string) | undefined;
  // A placeholder, which is resolved later, is text already.
  return format === undefined || typeof value === "string" ? toText(value) : format(value);
}

function toText(value: unknown): string {
  if (Array.isArray(value)) return value.map(String).join(",");
  if (typeof value !== "object" || value === null) return String(value);
  return Object.entries(value)
    .map(([name, item]) => `${name}=${[item].flat().map(String).join("|")}`)
    .join(",");
}
