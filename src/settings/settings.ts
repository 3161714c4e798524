import { SETTINGS, type SettingKey, type Settings } from "./definitions.ts";
import {
  createConfigurationError,
  describeUnknownSetting,
  describeConstraint,
} from "./configuration-error.ts";
import { findMisspellings, findNearest, type Misspelling } from "./misspelling.ts";
import { CONSTRAINTS } from "./constraints.ts";

export type { SettingKey, Settings };

/** The names of the settings in code. */
export const KEYS = Object.keys(SETTINGS) as readonly SettingKey[];

/** The environment variable of a setting. */
export function getVariable(key: SettingKey): string {
  return SETTINGS[key].variable;
}

/** Settings as they are given in code: what is left out has its default, and one domain need not be a list. */
export type SettingsOptions = Partial<Omit<Settings, "domain">> & {
  readonly domain?: string | readonly string[];
};

/** What is not set has these values rather than the usual ones, because of where the function runs. */
export type RuntimeDefaults = Partial<Settings>;

/**
 * serverless-offline sets `IS_OFFLINE=true`, and denies every caller by a policy with a condition in it: there,
 * policies do not end with the token by default.
 */
export function runtimeDefaults(env: NodeJS.ProcessEnv): RuntimeDefaults {
  return env["IS_OFFLINE"] === "true" ? { policyEndsWithToken: false } : {};
}

/**
 * Settings given in code. Lists are arrays; what is left out has the default of the environment variable.
 *
 * @throws ConfigurationError naming the properties, unknown ones among them
 */
export function settingsFrom(options: SettingsOptions, defaults: RuntimeDefaults = {}): Settings {
  const unknown = Object.keys(options).filter((name) => !(KEYS as readonly string[]).includes(name));
  const given: Readonly<Partial<Record<SettingKey, unknown>>> = options;
  return readSettings({
    valueOf: (key) => (given[key] === undefined ? defaults[key] : given[key]),
    nameOf: (key) => key,
    issues: unknown.map((name) => describeUnknownSetting(name, findNearest(name, KEYS))),
    misspelled: () => [],
  });
}

/**
 * Settings from environment variables; one of spaces alone counts as not set.
 *
 * @throws ConfigurationError naming the variables
 */
export function settingsFromEnvironment(env: NodeJS.ProcessEnv): Settings {
  const defaults = runtimeDefaults(env);
  const valueOf = (key: SettingKey): unknown => {
    const text = env[getVariable(key)]?.trim();
    return text === undefined || text === "" ? defaults[key] : text;
  };
  const misspelled = (): readonly Misspelling[] => findMisspelledVariables(env);
  return readSettings({ valueOf, nameOf: getVariable, issues: [], misspelled });
}

/** Variables that look like ours but are not. They are not an issue by themselves: other software may read them. */
export function findMisspelledVariables(env: NodeJS.ProcessEnv): readonly Misspelling[] {
  const known = KEYS.map(getVariable);
  const suspects = Object.keys(env).filter((name) => isLikeOurs(name) && !known.includes(name));
  return suspects.length === 0 ? [] : findMisspellings(suspects, known);
}

/** How our names begin, less what two wrong letters may have changed. */
const BEGINNINGS = ["AU", "J", "REV"];

/** It is not a regular expression, because compiling one takes longer than all the rest here. */
function isLikeOurs(name: string): boolean {
  const capitals = name.toUpperCase();
  return BEGINNINGS.some((beginning) => capitals.startsWith(beginning));
}

/** Where settings are read from. */
interface Source {
  /** Undefined where it is not set. */
  readonly valueOf: (key: SettingKey) => unknown;
  readonly nameOf: (key: SettingKey) => string;
  /** What is wrong beyond the values. */
  readonly issues: readonly string[];
  /** What may explain an issue, and is not one by itself. */
  readonly misspelled: () => readonly Misspelling[];
}

function readSettings({ valueOf, nameOf, issues, misspelled }: Source): Settings {
  const wrong = new Map<SettingKey, string>();
  const read = (key: SettingKey): unknown => {
    const value = valueOf(key);
    if (value === undefined) return SETTINGS[key].fallback;
    try {
      return SETTINGS[key].read(value);
    } catch (error) {
      wrong.set(key, (error as Error).message);
      return SETTINGS[key].fallback;
    }
  };
  const settings = Object.fromEntries(KEYS.map((key) => [key, read(key)])) as unknown as Settings;
  for (const { name, of, broken } of CONSTRAINTS) {
    if (!of.some((key) => wrong.has(key)) && broken(settings))
      wrong.set(of[0], describeConstraint(name, nameOf));
  }
  const all = [...Array.from(wrong, ([key, issue]) => `${nameOf(key)} ${issue}`), ...issues];
  if (all.length > 0) throw createConfigurationError(all, misspelled());
  return Object.freeze(settings);
}
