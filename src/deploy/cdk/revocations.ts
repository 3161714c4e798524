import { CfnResource, Fn, Lazy, RemovalPolicy, Token } from "aws-cdk-lib";
import { Table, type ITable } from "aws-cdk-lib/aws-dynamodb";
import type { IEventBus } from "aws-cdk-lib/aws-events";
import { RetentionDays } from "aws-cdk-lib/aws-logs";
import { Asset } from "aws-cdk-lib/aws-s3-assets";
import { Construct } from "constructs";
import type { Settings } from "../../settings/settings.ts";
import type { Template } from "../lint/cloudformation.ts";
import type { Variables } from "../../settings/to-environment.ts";
import { instantiate, toValues, type Values } from "../package/instantiate.ts";
import { readTemplate, toSettingValues, withoutEmpty } from "../package/templates.ts";
import { toTokenEnvironment } from "./environment.ts";

export interface RevocationOptions {
  /** The partner event bus of the tenant's Event Stream, whose name is `aws.partner/auth0.com/…`. */
  readonly eventBus?: IEventBus;
  /** That of its log stream. */
  readonly logEventBus?: IEventBus;
  /** Whether a logout in the log stream revokes its session. */
  readonly revokeOnLogout?: boolean;
  /** The applications whose logout tokens count: with them there is an endpoint, which anyone can call. */
  readonly logoutClientIds?: readonly string[];
  /** After how many days a session's revocation is forgotten: never, by default. */
  readonly sessionRetentionDays?: number;
  /** Read units a second that the table takes at once: 12,000, as every new table does, by default. */
  readonly warmReadUnits?: number;
}

interface RevocationsProps extends RevocationOptions {
  readonly settings: Partial<Settings>;
  readonly logRetention: RetentionDays;
}

interface Definition {
  readonly Type: string;
  readonly Properties: Values;
  readonly DeletionPolicy?: string;
}

/**
 * A table of revocations and what fills it, Auth0's messages from EventBridge and its logout tokens: the resources of
 * the template that comes with the package.
 */
export class Revocations extends Construct {
  /** What the authorizer reads and `auth0-authorizer revoke` writes to. */
  readonly table: ITable;
  /** For the back-channel logout URI of each application in Auth0. */
  readonly logoutUrl: string | undefined;
  /** The outputs of the template; by the same names, values for the parameters of the alarms. */
  readonly outputs: Readonly<Record<string, string>>;

  /** @throws ConfigurationError with every issue of the settings */
  constructor(scope: Construct, id: string, props: RevocationsProps) {
    super(scope, id);
    const template = readTemplate(import.meta.dirname, "revocations");
    const values = { ...toSettingValues(template, getVariables(props.settings)), ...toParameters(props) };
    const resources = addResources(this, template, values);
    this.outputs = toReferences(toValues(instantiate(template, values).Outputs), resources);
    this.table = Table.fromTableName(this, "Named", this.outputs["RevocationTable"] ?? "");
    this.logoutUrl = this.outputs["BackChannelLogoutUrl"];
  }
}

/** The environment of an authorizer with a table whose name only a deployment knows. */
export function getVariables(settings: Partial<Settings>): Variables {
  return toTokenEnvironment({ ...settings, revocationTable: "known-once-deployed" }, Date.now());
}

function toParameters(props: RevocationsProps): Values {
  const { logRetention } = props;
  return {
    EventBus: props.eventBus?.eventBusName,
    LogEventBus: props.logEventBus?.eventBusName,
    RevokeOnLogout: props.revokeOnLogout?.toString(),
    LogoutClientIds: toTokenList(props.logoutClientIds),
    SessionRetentionDays: props.sessionRetentionDays?.toString(),
    WarmReadUnits: props.warmReadUnits,
    LogRetentionDays: logRetention === RetentionDays.INFINITE ? { Ref: "AWS::NoValue" } : logRetention,
  };
}

function toTokenList(values: readonly string[] = []): string {
  return Token.isUnresolved(values) ? Fn.join(",", [...values]) : values.join(",");
}

/** Adds the resources of a template, whose logical IDs CDK makes from their names in it. */
function addResources(
  scope: Construct,
  template: Template,
  values: Values,
): ReadonlyMap<string, CfnResource> {
  const resources = new Map<string, CfnResource>();
  const toLogicalId = (name: string): string =>
    Lazy.string({ produce: () => resources.get(name)?.logicalId });
  const names = Object.keys(instantiate(template, values).Resources);
  const definitions = Object.values(instantiate(template, values, toLogicalId).Resources);
  const code = new Asset(scope, "Code", { path: `${import.meta.dirname}/revocation-writers.zip` });
  for (const [index, name] of names.entries()) {
    const { Type: type, Properties, DeletionPolicy } = definitions[index] as Definition;
    const properties = type === "AWS::Lambda::Function" ? toFunction(Properties, code) : Properties;
    const resource = new CfnResource(scope, name, { type, properties });
    if (DeletionPolicy === "Retain") resource.applyRemovalPolicy(RemovalPolicy.RETAIN);
    resources.set(name, resource);
  }
  addDependencies(template, resources);
  return resources;
}

function toFunction(properties: Values, { s3BucketName, s3ObjectKey }: Asset): Values {
  const { Variables } = properties["Environment"] as { readonly Variables: Values };
  return {
    ...properties,
    Code: { S3Bucket: s3BucketName, S3Key: s3ObjectKey },
    Environment: { Variables: withoutEmpty(Variables) },
  };
}

function addDependencies(template: Template, resources: ReadonlyMap<string, CfnResource>): void {
  for (const [name, resource] of resources)
    for (const other of [template.Resources[name]?.DependsOn ?? []].flat()) {
      const dependency = resources.get(other);
      if (dependency !== undefined) resource.node.addDependency(dependency);
    }
}

/** CDK's own references, which also reach from one stack to another. */
function toReferences(
  values: Values,
  resources: ReadonlyMap<string, CfnResource>,
): Readonly<Record<string, string>> {
  const entries = Object.entries(values).flatMap(([name, value]) => {
    const { Ref, "Fn::GetAtt": [id = "", attribute = ""] = [] } = value as Reference;
    const resource = resources.get(Ref ?? id);
    if (resource === undefined) return [];
    return [[name, Ref === undefined ? resource.getAtt(attribute).toString() : resource.ref] as const];
  });
  return Object.fromEntries(entries);
}

interface Reference {
  readonly Ref?: string;
  readonly "Fn::GetAtt"?: readonly string[];
}
