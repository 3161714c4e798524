import { describeUnknownSetting } from "../../settings/configuration-error.ts";
import { findNearest } from "../../settings/misspelling.ts";
import { KEYS } from "../../settings/settings.ts";
import { MAX_NAME_LENGTH } from "../lint/rules/functions.ts";
import { RULE_NAMES } from "../lint/lint.ts";
import { findCredentialsIssue } from "../package/cors.ts";
import { findIssues, isCloudFormationValue, type DeployableSettings } from "../package/deployment-values.ts";
import type { FunctionDefinition } from "./framework-types.ts";
import { IDENTITY_SOURCE } from "../package/identity-sources.ts";
import {
  DEFAULTS,
  FUNCTION_OPTIONS,
  NEW_TABLE_READ_UNITS,
  OWN_TABLE,
  SECTION,
  STACK_OPTIONS,
  optionsFrom,
  type Options,
  type StackOptions,
} from "./options.ts";

/**
 * Every issue in what stands under `custom.auth0Authorizer`, once all variables in it have their values. What is known
 * only at deployment is not judged.
 *
 * @param now milliseconds since the epoch
 */
export function findOptionIssues(given: unknown, now: number): readonly string[] {
  const { authorizers } = (given ?? {}) as { authorizers?: unknown };
  const misplaced = authorizers === undefined ? [] : findMisplaced(authorizers, given as object);
  if (misplaced.length > 0) return misplaced;
  const all = optionsFrom(given).flatMap((options) => {
    const issues = [
      ...settingsIssues(options.settings, now),
      ...stackIssues(options.stack),
      ...revocationIssues(options),
    ];
    return authorizers === undefined ? issues : issues.map((text) => `${options.stack.name}: ${text}`);
  });
  return [...new Set(all)];
}

function findMisplaced(authorizers: unknown, given: object): readonly string[] {
  if (typeof authorizers !== "object" || authorizers === null || Array.isArray(authorizers))
    return ["authorizers must be a map of names, each with its settings"];
  const entries = Object.entries(authorizers) as [string, unknown][];
  return [
    ...(entries.length === 0 ? ["authorizers is empty"] : []),
    ...("revocations" in given && given.revocations === true && !(DEFAULTS.name in authorizers)
      ? [`revocations needs an authorizer named ${DEFAULTS.name}, to which the table belongs`]
      : []),
    ...("name" in given ? ["name is for a single authorizer: under authorizers, each has its own"] : []),
    ...entries.flatMap(([name, own]) => {
      if (own === null) return [];
      if (typeof own !== "object") return [`authorizers.${name} must be a map of settings`];
      return Object.keys(own)
        .filter((key) => STACK_OPTIONS.includes(key) && !FUNCTION_OPTIONS.includes(key))
        .map((key) => `authorizers.${name}.${key} applies to the whole service: write it beside authorizers`);
    }),
  ];
}

function settingsIssues(settings: DeployableSettings, now: number): readonly string[] {
  const known = Object.fromEntries(Object.entries(settings).filter(([name]) => isSetting(name)));
  const unknown = Object.keys(settings).filter((name) => !isSetting(name));
  return [...findIssues(known, now, isCloudFormationValue), ...unknown.map(unknownOption)];
}

function isSetting(name: string): boolean {
  return (KEYS as readonly string[]).includes(name);
}

function unknownOption(name: string): string {
  return describeUnknownSetting(name, findNearest(name, [...KEYS, ...STACK_OPTIONS, "authorizers"]));
}

function stackIssues(stack: StackOptions): readonly string[] {
  const wrongType = Object.entries(DEFAULTS).flatMap(([name, value]) => {
    const found = stack[name as keyof StackOptions];
    const isSame = typeof found === typeof value && Array.isArray(found) === Array.isArray(value);
    if (value === undefined || isSame || isCloudFormationValue(found)) return [];
    return [
      `${name} must be a ${Array.isArray(value) ? "list" : typeof value}, not ${JSON.stringify(found)}`,
    ];
  });
  if (wrongType.length > 0) return wrongType;
  return [
    ...functionIssues(stack),
    ...corsIssues(stack),
    ...stack.except
      .filter((rule) => !RULE_NAMES.includes(rule))
      .map((rule) => `except names ${rule}, and the rules are ${RULE_NAMES.join(", ")}`),
    ...(stack.dashboard && !stack.alarms ? ["dashboard shows the alarms, so it needs alarms: true"] : []),
  ];
}

function functionIssues(stack: StackOptions): readonly string[] {
  const { architecture, role, resultTtlSeconds, reservedConcurrency, provisionedConcurrency } = stack;
  return [
    ...(["arm64", "x86_64"].includes(architecture) ? [] : ["architecture must be arm64 or x86_64"]),
    ...(role === undefined || typeof role === "string" || isCloudFormationValue(role)
      ? []
      : ["role must be an ARN, a logical ID, or a value such as Fn::ImportValue"]),
    ...range("resultTtlSeconds", resultTtlSeconds, 0, 3600),
    ...range("reservedConcurrency", reservedConcurrency, 1),
    ...range("provisionedConcurrency", provisionedConcurrency, 1),
    ...stack.identitySources
      .filter((source) => !IDENTITY_SOURCE.test(source))
      .map(
        (source) =>
          `identitySources has ${source}: write header.NAME, querystring.NAME, stageVariables.NAME or context.NAME`,
      ),
  ];
}

function corsIssues({ corsOrigin = "*", corsCredentials }: StackOptions): readonly string[] {
  const origins = [corsOrigin].flat();
  if (origins.length === 0) return ["corsOrigin names no origin"];
  return [
    ...origins
      .filter((origin) => !isOrigin(origin))
      .map((origin) => `corsOrigin must be *, or origins such as https://app.acme.com, not ${origin}`),
    ...[findCredentialsIssue(corsOrigin, corsCredentials) ?? []].flat(),
  ];
}

/** What a browser writes into the header Origin: no path, and no slash at the end. */
function isOrigin(value: unknown): boolean {
  if (value === "*" || isCloudFormationValue(value)) return true;
  return typeof value === "string" && URL.canParse(value) && new URL(value).origin === value;
}

const NEED_REVOCATIONS = [
  ...(["eventBus", "logEventBus", "revokeOnLogout", "sessionRetentionDays"] as const),
  "backChannelLogout" as const,
];

function revocationIssues({ stack, settings }: Options): readonly string[] {
  const { revocations, backChannelLogout, logoutClientIds } = stack;
  const isOwnTable = settings.revocationTable === OWN_TABLE;
  const applications = [logoutClientIds, settings.clientIds ?? []].flat();
  return [
    ...NEED_REVOCATIONS.filter((name) => !revocations && Boolean(stack[name])).map(
      (name) => `${name} needs revocations: true`,
    ),
    ...(revocations && !isOwnTable
      ? ["revocationTable and revocations: true name two tables: leave one of them out"]
      : []),
    ...(revocations && backChannelLogout && applications.length === 0
      ? ["backChannelLogout needs logoutClientIds: the applications whose logout tokens count"]
      : []),
    ...range("silenceHours", stack.silenceHours, 1, 168),
    ...range("sessionRetentionDays", stack.sessionRetentionDays, 1, 3650),
    ...range("warmReadUnits", stack.warmReadUnits, NEW_TABLE_READ_UNITS),
  ];
}

function range(name: string, value: number | undefined, least: number, most = Infinity): readonly string[] {
  if (value === undefined || (Number.isInteger(value) && value >= least && value <= most)) return [];
  const limits = most === Infinity ? `of at least ${least}` : `from ${least} to ${most}`;
  return [`${name} must be a whole number ${limits}`];
}

/** What looks like the plugin's section under another name. */
export function findMisspelledSection(custom: Readonly<Record<string, unknown>> = {}): readonly string[] {
  if (SECTION in custom) return [];
  return Object.keys(custom)
    .filter((name) => findNearest(name, [SECTION]) !== undefined)
    .map((name) => `custom.${name} is not read. Did you mean custom.${SECTION}?`);
}

/** What keeps the plugin's functions from being added to a service that has these. */
export function findNameIssues(
  added: Readonly<Record<string, FunctionDefinition>>,
  existing: readonly string[],
): readonly string[] {
  return Object.entries(added).flatMap(([name, { name: fullName = "" }]) => [
    ...(existing.includes(name)
      ? [`functions.${name} is a function already: give the plugin another name`]
      : []),
    ...(fullName.length > MAX_NAME_LENGTH
      ? [
          `the function's name ${fullName} has ${fullName.length} characters, and Lambda takes ${MAX_NAME_LENGTH}: ` +
            "set functionName, or a shorter name",
        ]
      : []),
  ]);
}
