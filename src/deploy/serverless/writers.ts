import { getVariable } from "../../settings/settings.ts";
import type { Template } from "../lint/cloudformation.ts";
import { toDeployableVariables } from "../package/deployment-values.ts";
import { instantiate, toValues, type Fragment, type Values } from "../package/instantiate.ts";
import { readTemplate, toSettingValues, withoutEmpty } from "../package/templates.ts";
import type { FunctionDefinition } from "./framework-types.ts";
import { roleId, toWriterId, WRITERS, type Names, type Writer } from "./names.ts";
import type { Options } from "./options.ts";

/** What Serverless makes of a function and its `url`, from its definition. */
const MADE_BY_SERVERLESS = ["AWS::Lambda::Function", "AWS::Logs::LogGroup", "AWS::Lambda::Url"];

/** What the authorizer's function needs beyond its settings where there is a table. */
export function getTable(idPrefix: string): {
  readonly variables: object;
  readonly dependsOn: readonly string[];
} {
  return {
    variables: { [getVariable("revocationTable")]: { Ref: `${idPrefix}RevocationTable` } },
    dependsOn: [`${idPrefix}RevocationReaderPolicy`],
  };
}

/** The table, and what belongs to it beside the functions that write into it. */
export function revocationResources(options: Options, { idPrefix, prefix }: Names): Fragment {
  const { Resources, Outputs } = revocationsOf(options, idPrefix);
  const added = Object.entries(Resources).filter(
    ([, { Type, Properties = {} }]) => !MADE_BY_SERVERLESS.includes(Type) && !isForUrl(Type, Properties),
  );
  const output = { ...(Outputs["RevocationTable"] as object), Export: { Name: `${prefix}-revocations` } };
  return {
    Resources: Object.fromEntries(added),
    Outputs: { [`${idPrefix}RevocationTable`]: output },
  };
}

/** What of it the alarms watch, by the names of their parameters. */
export function watchedByAlarms(options: Options, { idPrefix }: Names): Values {
  return toValues(revocationsOf(options, idPrefix).Outputs);
}

/**
 * The functions that write revocations, as `serverless.yml` would define them, by what their names end with.
 *
 * @param artifact the absolute path of their zip
 */
export function getWriters(
  options: Options,
  idPrefix: string,
  artifact: string,
): readonly (readonly [suffix: Writer, definition: FunctionDefinition])[] {
  if (!options.stack.revocations) return [];
  const { Resources } = revocationsOf(options, idPrefix);
  return WRITERS.flatMap((writer) => {
    const properties = Resources[toWriterId(idPrefix, writer)]?.Properties;
    if (properties === undefined) return [];
    const hasUrl = `${idPrefix}${writer}Url` in Resources;
    return [
      [writer, { ...toDefinition(properties, options), ...(hasUrl && { url: true }), package: { artifact } }],
    ];
  });
}

/** A function's properties in CloudFormation, as Serverless names them. */
function toDefinition(properties: Values, { stack }: Options): FunctionDefinition {
  const { Variables } = properties["Environment"] as { readonly Variables: Values };
  const role = properties["Role"] as { readonly "Fn::GetAtt": readonly [string, string] };
  return {
    handler: properties["Handler"],
    description: properties["Description"],
    runtime: properties["Runtime"],
    architecture: (properties["Architectures"] as readonly unknown[])[0],
    memorySize: properties["MemorySize"],
    timeout: properties["Timeout"],
    logRetentionInDays: stack.logRetentionInDays,
    role: role["Fn::GetAtt"][0],
    environment: withoutEmpty(Variables),
    events: [],
  };
}

function revocationsOf({ stack, settings }: Options, idPrefix: string): ReturnType<typeof instantiate> {
  const template: Template = readTemplate(import.meta.dirname, "revocations");
  const values = {
    ...toSettingValues(template, toDeployableVariables(settings)),
    EventBus: stack.eventBus,
    LogEventBus: stack.logEventBus,
    RevokeOnLogout: String(stack.revokeOnLogout),
    LogoutClientIds: stack.backChannelLogout ? toLogoutClientIds(stack.logoutClientIds, settings) : "",
    SessionRetentionDays: String(stack.sessionRetentionDays ?? ""),
    WarmReadUnits: stack.warmReadUnits,
    ReaderRole: { Ref: roleId(idPrefix) },
    LogRetentionDays: stack.logRetentionInDays,
    Runtime: stack.runtime,
    Architecture: stack.architecture,
    MemorySize: stack.memorySize,
  };
  return instantiate(template, values, (id) => `${idPrefix}${id}`);
}

/** The applications whose logout tokens count: those whose ID tokens do, unless others are named. */
function toLogoutClientIds(named: readonly string[], settings: Options["settings"]): unknown {
  const clientIds = named.length > 0 ? named : settings.clientIds;
  return toDeployableVariables({ clientIds })[getVariable("clientIds")];
}

function isForUrl(type: string, { InvokedViaFunctionUrl, FunctionUrlAuthType }: Values): boolean {
  return type === "AWS::Lambda::Permission" && (InvokedViaFunctionUrl ?? FunctionUrlAuthType) !== undefined;
}
