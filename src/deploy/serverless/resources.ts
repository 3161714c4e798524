import { instantiate, type Fragment, type Values } from "../package/instantiate.ts";
import { readTemplate } from "../package/templates.ts";
import { roleId, type Names } from "./names.ts";
import { OWN_TABLE, type Options, type StackOptions } from "./options.ts";
import { revocationResources, watchedByAlarms } from "./writers.ts";

/** What stands beside the function, under names that nothing else of the service has. */
export function resourcesFor(options: Options, names: Names): Fragment {
  const { role, alarms, revocations } = options.stack;
  return merge([
    ...(role === undefined ? [roleOf(names)] : []),
    ...(alarms ? [alarmsOf(options, names)] : []),
    ...(revocations && hasTable(names) ? [revocationResources(options, names)] : []),
  ]);
}

/** A REST API's answers to requests that are not allowed. */
export function gatewayResponsesFor(options: StackOptions, names: Names): Fragment {
  const template = readTemplate(import.meta.dirname, "gateway-responses");
  const values = {
    ApiGatewayRestApi: names.restApiId,
    CorsOrigin: [options.corsOrigin ?? "*"].flat()[0] ?? "*",
    ReasonIn403: String(options.reasonIn403),
    ResourceMetadata: options.resourceMetadata,
  };
  return { Resources: instantiate(template, values, toPrefixed(names)).Resources };
}

/** Whether it is the authorizer that the table of revocations stands beside, where there is one. */
function hasTable({ idPrefix, tablePrefix }: Names): boolean {
  return idPrefix === tablePrefix;
}

function roleOf(names: Names): Fragment {
  const ids: Readonly<Record<string, string>> = {
    AuthorizerRole: roleId(names.idPrefix),
    AuthorizerLambdaFunction: names.functionId,
    AuthorizerLogGroup: names.logGroupId,
  };
  const template = readTemplate(import.meta.dirname, "authorizer");
  const { Resources } = instantiate(template, {}, (id) => ids[id] ?? id);
  const entries = Object.entries(Resources).filter(([, { Type }]) => Type === "AWS::IAM::Role");
  return { Resources: Object.fromEntries(entries) };
}

function alarmsOf(options: Options, names: Names): Fragment {
  const { stack, settings } = options;
  const { logLevel = "" } = settings;
  const isOwnTable = settings.revocationTable === OWN_TABLE;
  const values: Values = {
    AuthorizerLambdaFunction: { Ref: names.functionId },
    // One that only a deployment knows counts as the default.
    AuthorizerLogLevel: typeof logLevel === "string" && logLevel !== "" ? logLevel : "info",
    AlarmEmail: stack.alarmEmail,
    AlarmRefusedPercent: stack.alarmRefusedPercent,
    ShowDashboard: String(stack.dashboard),
    RevocationTable: isOwnTable ? { Ref: `${names.tablePrefix}RevocationTable` } : settings.revocationTable,
    ...(stack.revocations && hasTable(names) && watchedByAlarms(options, names)),
    EventBus: stack.eventBus,
    SilenceHours: stack.silenceHours,
  };
  const template = readTemplate(import.meta.dirname, "alarms");
  return { Resources: instantiate(template, values, toPrefixed(names)).Resources };
}

function toPrefixed({ idPrefix }: Names): (id: string) => string {
  return (id) => `${idPrefix}${id}`;
}

function merge(parts: readonly Fragment[]): Fragment {
  return {
    Resources: Object.assign({}, ...parts.map(({ Resources }) => Resources)) as Fragment["Resources"] &
      object,
    Outputs: Object.assign({}, ...parts.map(({ Outputs }) => Outputs)) as Fragment["Outputs"] & object,
  };
}
