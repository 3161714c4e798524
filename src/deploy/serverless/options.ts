import { findNearest } from "../../settings/misspelling.ts";
import { ConfigurationError } from "../../settings/configuration-error.ts";
import { KEYS, settingsFrom, type Settings } from "../../settings/settings.ts";
import { toEnvironment } from "../../settings/to-environment.ts";
import { RULE_NAMES, type RuleName } from "../lint/lint.ts";

/** Of `custom.auth0Authorizer`, what is about the stack and not about who gets in. */
export interface StackOptions {
  /** The name of the function, and by which routes call it. */
  readonly name: string;
  readonly runtime: string;
  /** Megabytes. */
  readonly memorySize: number;
  readonly logRetentionInDays: number;
  /** Whether the tenant's keys are packaged. */
  readonly snapshot: boolean;
  readonly alarms: boolean;
  /** Who hears of alarms; AWS sends a link to confirm. */
  readonly alarmEmail: string;
  /** How many refusals are too many, in percent. */
  readonly alarmRefusedPercent: number;
  readonly dashboard: boolean;
  /** Whether a REST API's 401, 403 and 503 get the headers that browsers and clients need. */
  readonly gatewayResponses: boolean;
  /** Whose pages may read these answers. */
  readonly corsOrigin: string;
  /** Whether a 403 of a REST API says why. */
  readonly reasonIn403: boolean;
  /** What a 401 of a REST API names as `resource_metadata` (RFC 9728 §5.1): an address, or nothing. */
  readonly resourceMetadata: string;
  /** Whether there is a table of revocations, and a function that fills it with Auth0's messages. */
  readonly revocations: boolean;
  /** The partner event bus of the tenant's Event Stream: `aws.partner/auth0.com/…`. */
  readonly eventBus: string;
  /** That of its log stream. */
  readonly logEventBus: string;
  /** Whether a logout in the log stream revokes its session. */
  readonly revokeOnLogout: boolean;
  /** After how many days a session's revocation is forgotten; without it, never. */
  readonly sessionRetentionDays: number | undefined;
  /** Read units a second that the table takes at once: 12,000 is what every new table takes. */
  readonly warmReadUnits: number;
  /** After how many hours without a message of the Event Stream there is an alarm, up to 168. */
  readonly silenceHours: number;
  /** Whether there is an endpoint for Auth0's logout tokens, which is open to everybody. */
  readonly backChannelLogout: boolean;
  /** The applications whose logout tokens count: `clientIds`, unless others are named. */
  readonly logoutClientIds: readonly string[];
  /** Routes that are meant to have no authorizer: `GET /health`. */
  readonly publicRoutes: readonly string[];
  /** Rules that the template is not checked by. */
  readonly except: readonly RuleName[];
  /** `local`, or the URL of a tenant started by `npm start`: whose settings count under serverless-offline. */
  readonly offlineTenant: string | undefined;
}

/** AWS: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/warm-throughput-scenarios.html */
const NEW_TABLE_READ_UNITS = 12_000;

const DEFAULTS: StackOptions = {
  name: "auth0",
  runtime: "nodejs24.x",
  memorySize: 512,
  logRetentionInDays: 30,
  snapshot: true,
  alarms: true,
  alarmEmail: "",
  alarmRefusedPercent: 50,
  dashboard: false,
  gatewayResponses: true,
  corsOrigin: "*",
  reasonIn403: false,
  resourceMetadata: "",
  revocations: false,
  eventBus: "",
  logEventBus: "",
  revokeOnLogout: false,
  sessionRetentionDays: undefined,
  warmReadUnits: NEW_TABLE_READ_UNITS,
  silenceHours: 168,
  backChannelLogout: false,
  logoutClientIds: [],
  publicRoutes: [],
  except: [],
  offlineTenant: undefined,
};
const STACK_OPTIONS = Object.keys(DEFAULTS);

export interface Options {
  readonly stack: StackOptions;
  readonly settings: Partial<Settings>;
}

/** Stands for the table that the plugin makes, whose name only a deployment knows. */
const OWN_TABLE = "made-by-the-plugin";

/** What is set under `custom.auth0Authorizer`. */
export function optionsFrom(given: unknown): Options {
  const all = Object.entries((given ?? {}) as Record<string, unknown>);
  const isOfStack = ([name]: readonly [string, unknown]): boolean => STACK_OPTIONS.includes(name);
  const stack = { ...DEFAULTS, ...Object.fromEntries(all.filter(isOfStack)) };
  const settings = Object.fromEntries(all.filter((entry) => !isOfStack(entry)));
  return { stack, settings: stack.revocations ? { revocationTable: OWN_TABLE, ...settings } : settings };
}

/** Every mistake in what stands under `custom.auth0Authorizer`, once all variables in it have their values. */
export function mistakesIn(given: unknown): readonly string[] {
  const { stack, settings } = optionsFrom(given);
  return [...settingsMistakes(settings), ...stackMistakes(stack), ...revocationMistakes({ stack, settings })];
}

function settingsMistakes(settings: Partial<Settings>): readonly string[] {
  const known = Object.fromEntries(Object.entries(settings).filter(([name]) => isSetting(name)));
  const unknown = Object.keys(settings).filter((name) => !isSetting(name));
  return [...getMistakes(() => toEnvironment(known, Date.now())), ...unknown.map(unknownOption)];
}

function getMistakes(read: () => unknown): readonly string[] {
  try {
    read();
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.issues;
    throw error;
  }
}

function isSetting(name: string): boolean {
  return (KEYS as readonly string[]).includes(name);
}

function unknownOption(name: string): string {
  const meant = findNearest(name, [...KEYS, ...STACK_OPTIONS]);
  return `${name} is not a setting${meant === undefined ? "" : `: was ${meant} meant?`}`;
}

function stackMistakes(stack: StackOptions): readonly string[] {
  const wrongType = Object.entries(DEFAULTS).flatMap(([name, value]) => {
    const found = stack[name as keyof StackOptions];
    if (
      value === undefined ||
      (typeof found === typeof value && Array.isArray(found) === Array.isArray(value))
    )
      return [];
    return [
      `${name} must be a ${Array.isArray(value) ? "list" : typeof value}, not ${JSON.stringify(found)}`,
    ];
  });
  if (wrongType.length > 0) return wrongType;
  return [
    ...stack.except
      .filter((rule) => !RULE_NAMES.includes(rule))
      .map((rule) => `except names ${rule}, and the rules are ${RULE_NAMES.join(", ")}`),
    ...(stack.dashboard && !stack.alarms ? ["dashboard shows the alarms, so it needs alarms: true"] : []),
  ];
}

const NEED_REVOCATIONS = [
  ...(["eventBus", "logEventBus", "revokeOnLogout", "sessionRetentionDays"] as const),
  "backChannelLogout" as const,
];

function revocationMistakes({ stack, settings }: Options): readonly string[] {
  const { revocations, backChannelLogout, logoutClientIds } = stack;
  const isOwnTable = settings.revocationTable === OWN_TABLE;
  const applications = [...logoutClientIds, ...(settings.clientIds ?? [])];
  return [
    ...NEED_REVOCATIONS.filter((name) => !revocations && Boolean(stack[name])).map(
      (name) => `${name} needs revocations: true`,
    ),
    ...(revocations && !isOwnTable
      ? ["revocationTable is another table than the one of revocations: true: leave one of them out"]
      : []),
    ...(revocations && backChannelLogout && applications.length === 0
      ? ["backChannelLogout needs logoutClientIds: the applications whose logout tokens count"]
      : []),
    ...(stack.silenceHours >= 1 && stack.silenceHours <= 168 ? [] : ["silenceHours must be from 1 to 168"]),
    ...(isWhole(stack.sessionRetentionDays ?? 1, 1, 3650)
      ? []
      : ["sessionRetentionDays must be a whole number from 1 to 3650"]),
    ...(isWhole(stack.warmReadUnits, NEW_TABLE_READ_UNITS)
      ? []
      : [`warmReadUnits must be a whole number of at least ${NEW_TABLE_READ_UNITS}`]),
  ];
}

function isWhole(value: number, least: number, most = Infinity): boolean {
  return Number.isInteger(value) && value >= least && value <= most;
}

/** The issuers of checked settings. */
export function getIssuers(settings: Partial<Settings>): readonly string[] {
  return settingsFrom(settings).domain;
}
