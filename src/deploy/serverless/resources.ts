import type { Template } from "../lint/cloudformation.ts";
import type { StackOptions } from "./options.ts";

/** Parts of a template. */
export type Fragment = Partial<Pick<Template, "Parameters" | "Conditions" | "Resources" | "Outputs">>;

/** What `infra/` has for this project's own stack, as JSON: what stands beside an authorizer. */
export interface Infrastructure {
  readonly role: Fragment;
  readonly alarms: Fragment;
  readonly dashboard: Fragment;
  readonly gatewayResponses: Fragment;
  readonly revocations: Fragment;
  readonly revocationAlarms: Fragment;
  readonly backChannelLogout: Fragment;
  readonly backChannelLogoutAlarms: Fragment;
}

/** What the resources of a service are made from. */
export interface Names {
  /** `SERVICE-STAGE-FUNCTION`: how the names of alarms begin. */
  readonly prefix: string;
  /** Logical IDs begin with it: `Auth0`. */
  readonly idPrefix: string;
  readonly functionId: string;
  readonly logGroupId: string;
  readonly restApiId: unknown;
  readonly logLevel: string;
  /** Empty where there is none. */
  readonly revocationTable: string;
}

/** The logical ID of the function's role. */
export function roleId(idPrefix: string): string {
  return `${idPrefix}AuthorizerRole`;
}

/**
 * What stands beside the function, under names that nothing else of the service has.
 *
 * @param hasTable whether it is the authorizer that the table of revocations stands beside, where there is one
 */
export function resourcesFor(
  infrastructure: Infrastructure,
  options: StackOptions,
  names: Names,
  hasTable: boolean,
): Fragment {
  const parts = [
    ...(options.role === undefined ? [infrastructure.role] : []),
    ...(options.alarms ? [infrastructure.alarms] : []),
    ...(options.dashboard ? [infrastructure.dashboard] : []),
    ...(hasTable ? revocationParts(infrastructure, options) : []),
  ];
  return rewritten(merged(parts), options, names);
}

/** A REST API's answers to those who do not get in, and what these depend on. */
export function gatewayResponsesFor(
  infrastructure: Infrastructure,
  options: StackOptions,
  names: Names,
): Fragment {
  return rewritten(infrastructure.gatewayResponses, options, names);
}

function revocationParts(
  infrastructure: Infrastructure,
  { revocations, backChannelLogout, alarms }: StackOptions,
): readonly Fragment[] {
  if (!revocations) return [];
  return [
    infrastructure.revocations,
    ...(alarms ? [infrastructure.revocationAlarms] : []),
    ...(backChannelLogout ? [infrastructure.backChannelLogout] : []),
    ...(backChannelLogout && alarms ? [infrastructure.backChannelLogoutAlarms] : []),
  ];
}

function merged(parts: readonly Fragment[]): Fragment {
  return {
    Parameters: Object.assign({}, ...parts.map(({ Parameters }) => Parameters)) as object,
    Conditions: Object.assign({}, ...parts.map(({ Conditions }) => Conditions)) as object,
    Resources: Object.assign({}, ...parts.map(({ Resources }) => Resources)) as Template["Resources"],
    Outputs: Object.assign({}, ...parts.map(({ Outputs }) => Outputs)) as object,
  } as Fragment;
}

function rewritten(fragment: Fragment, options: StackOptions, names: Names): Fragment {
  const ids = [fragment.Parameters, fragment.Conditions, fragment.Resources].flatMap((part = {}) =>
    Object.keys(part),
  );
  const rewrite = getRewriter(ids, options, names);
  return mapTexts(fragment, rewrite, names.restApiId) as Fragment;
}

/** The place of a value in `infra/`, which Serverless fills there from parameters. */
type Placeholders = Readonly<Record<string, string | number>>;

function placeholders(options: StackOptions, { prefix, logLevel, revocationTable }: Names): Placeholders {
  return {
    "${self:service}-${sls:stage}": prefix,
    "${param:ALARM_EMAIL}": options.alarmEmail,
    "${param:ALARM_REFUSED_PERCENT}": options.alarmRefusedPercent,
    "${param:AUTHORIZER_LOG_LEVEL}": logLevel,
    "${param:REVOCATION_TABLE}": revocationTable,
    "${param:revocations}": "off",
    "${param:AUTH0_EVENT_BUS}": options.eventBus,
    "${param:AUTH0_LOG_EVENT_BUS}": options.logEventBus,
    "${param:REVOCATION_ON_LOGOUT}": String(options.revokeOnLogout),
    "${param:REVOCATION_SILENCE_HOURS}": options.silenceHours,
    "${param:REVOCATION_WARM_READ_UNITS}": options.warmReadUnits,
    '${param:CORS_ORIGIN, "*"}': [options.corsOrigin ?? "*"].flat()[0] ?? "*",
    '${param:REASON_IN_403, "false"}': String(options.reasonIn403),
    '${param:RESOURCE_METADATA, ""}': options.resourceMetadata,
  };
}

/** What Serverless makes of the functions that write revocations. */
const WRITER_IDS = ["RevokeOnEvent", "BackChannelLogout"].flatMap((name) => [
  `${name}LambdaFunction`,
  `${name}LogGroup`,
]);

function getRewriter(
  ids: readonly string[],
  options: StackOptions,
  names: Names,
): (text: string) => string | number {
  const values = placeholders(options, names);
  const known: Readonly<Record<string, string>> = {
    AuthorizerLambdaFunction: names.functionId,
    AuthorizerLogGroup: names.logGroupId,
    ...Object.fromEntries([...ids, ...WRITER_IDS].map((id) => [id, `${names.idPrefix}${id}`])),
  };
  // Not behind a colon, where a word is part of a type: AWS::CloudWatch::Dashboard.
  const mention = new RegExp(`(?<![:\\w])(?:${Object.keys(known).join("|")})(?!\\w)`, "g");
  return (text) => {
    const whole = values[text];
    if (whole !== undefined) return whole;
    const filled = Object.entries(values).reduce(
      (filling, [at, value]) => filling.replaceAll(at, String(value)),
      text,
    );
    return filled.replace(mention, (id) => known[id] ?? id);
  };
}

/** A copy with every text, names of members too, in other words. */
function mapTexts(value: unknown, rewrite: (text: string) => string | number, restApiId: unknown): unknown {
  if (typeof value === "string") return rewrite(value);
  if (Array.isArray(value)) return value.map((item) => mapTexts(item, rewrite, restApiId));
  if (typeof value !== "object" || value === null) return value;
  if ("Ref" in value && value.Ref === "ApiGatewayRestApi") return restApiId;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [rewrite(name), mapTexts(item, rewrite, restApiId)]),
  );
}
