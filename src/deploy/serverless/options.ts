import type { RoutePermissions } from "../../settings/route-permissions.ts";
import type { DeployableSettings } from "../package/deployment-values.ts";
import { FUNCTION_DEFAULTS } from "../package/function-defaults.ts";
import type { RuleName } from "../lint/lint.ts";

/** Where the options stand, under `custom`. */
export const SECTION = "auth0Authorizer";

/** Of `custom.auth0Authorizer`, what is about the stack and not about who is allowed. */
export interface StackOptions {
  /** The name of the function, and by which routes call it. */
  readonly name: string;
  /** The function's name in Lambda: `SERVICE-STAGE-NAME`, by default. At most 64 characters. */
  readonly functionName: string | undefined;
  readonly runtime: string;
  /** `arm64` or `x86_64`. */
  readonly architecture: string;
  /** An existing role in place of the plugin's: an ARN, a role's logical ID, or a value such as `Fn::ImportValue`. */
  readonly role: string | object | undefined;
  /** How many containers are kept for the function, and how many it may have at most. */
  readonly reservedConcurrency: number | undefined;
  /** How many containers are started before they are called. */
  readonly provisionedConcurrency: number | undefined;
  /**
   * For how many seconds gateways keep an answer, 0 to 3600: without it 300, or 60 where `httpApiResponse` is `simple`.
   * Nothing ends a simple answer before.
   */
  readonly resultTtlSeconds: number | undefined;
  /** What answers are kept by beside the token: `header.X-Tenant`, `querystring.lang`, `stageVariables.tenant`, `context.path`. */
  readonly identitySources: readonly string[];
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
  /**
   * Whose pages may read these answers: `*`, an origin, or a list of origins. With a list, the answer names the origin
   * that asked, whichever it is, because a gateway response cannot compare. `*`, unless told otherwise or unless the
   * service's own DEFAULT_4XX says another.
   */
  readonly corsOrigin: string | readonly string[] | undefined;
  /** Whether pages that send cookies may read them (`Access-Control-Allow-Credentials`). Needs named origins. */
  readonly corsCredentials: boolean;
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
  /** Whether there is an endpoint for Auth0's logout tokens, which anyone can call. */
  readonly backChannelLogout: boolean;
  /** The applications whose logout tokens count: `clientIds`, unless others are named. */
  readonly logoutClientIds: readonly string[];
  /** Routes that are meant to have no authorizer: `GET /health`. */
  readonly publicRoutes: readonly string[];
  /** Rules that the template is not checked by. */
  readonly except: readonly RuleName[];
  /** `local`, or the URL of a tenant started by `auth0-authorizer tenant`: whose settings count under serverless-offline. */
  readonly offlineTenant: string | undefined;
}

/** AWS: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/warm-throughput-scenarios.html */
export const NEW_TABLE_READ_UNITS = 12_000;

export const DEFAULTS: StackOptions = {
  name: "auth0",
  functionName: undefined,
  runtime: FUNCTION_DEFAULTS.runtime,
  architecture: FUNCTION_DEFAULTS.architecture,
  role: undefined,
  reservedConcurrency: undefined,
  provisionedConcurrency: undefined,
  resultTtlSeconds: undefined,
  identitySources: [],
  memorySize: FUNCTION_DEFAULTS.memorySize,
  logRetentionInDays: 30,
  snapshot: true,
  alarms: true,
  alarmEmail: "",
  alarmRefusedPercent: 50,
  dashboard: false,
  gatewayResponses: true,
  corsOrigin: undefined,
  corsCredentials: false,
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
export const STACK_OPTIONS: readonly string[] = Object.keys(DEFAULTS);

/** Of the stack's options, those that each of several authorizers may have for itself. */
export const FUNCTION_OPTIONS: readonly string[] = [
  ...["functionName", "runtime", "architecture", "memorySize", "logRetentionInDays", "role", "snapshot"],
  ...["reservedConcurrency", "provisionedConcurrency", "resultTtlSeconds", "identitySources"],
];

/** One authorizer. */
export interface Options {
  readonly stack: StackOptions;
  /** Not checked yet; values may be CloudFormation's own, such as `{ "Fn::ImportValue": … }`. */
  readonly settings: DeployableSettings;
  /** Every route that it guards, with its permissions, as events say them; undefined if none says any. */
  readonly routes?: RoutePermissions | undefined;
}

/** Stands for the table that the plugin makes, whose name only a deployment knows. */
export const OWN_TABLE = "made-by-the-plugin";

/**
 * The authorizers of `custom.auth0Authorizer`: one, or those of `authorizers`, which share its stack options. The
 * one with the default name comes first, and the others by their names, because Serverless does not keep their order and
 * what all of them share belongs to the first.
 */
export function optionsFrom(given: unknown): readonly [Options, ...Options[]] {
  const { authorizers, ...common } = (given ?? {}) as Record<string, unknown>;
  const [first, ...others] = Object.entries((authorizers ?? {}) as Record<string, object | null>)
    .sort(([one], [other]) => compareNames(one, other))
    .map(([name, own]) => readAuthorizer({ ...common, ...own, name }));
  return first === undefined ? [readAuthorizer(common)] : [first, ...others];
}

function compareNames(one: string, other: string): number {
  if (one === DEFAULTS.name) return -1;
  return other === DEFAULTS.name || one > other ? 1 : -1;
}

function readAuthorizer(given: object): Options {
  const all = Object.entries(given);
  const isOfStack = ([name]: readonly [string, unknown]): boolean => STACK_OPTIONS.includes(name);
  const stack = { ...DEFAULTS, ...Object.fromEntries(all.filter(isOfStack)) };
  const settings = Object.fromEntries(all.filter((entry) => !isOfStack(entry)));
  return { stack, settings: stack.revocations ? { revocationTable: OWN_TABLE, ...settings } : settings };
}
