import type { Template } from "../lint/cloudformation.ts";
import type { Fragment } from "../package/instantiate.ts";
import type { Provider } from "./framework-types.ts";

/** A resource of a template that Serverless has compiled, which plugins may change. */
interface Resource {
  readonly Type: string;
  Properties?: Record<string, unknown>;
  DependsOn?: string | readonly string[];
}

/** The resources of a template by logical ID, without what is empty there: a service may have `Name: null`. */
export function getEntries(template: Template): (readonly [id: string, resource: Resource])[] {
  const resources = template.Resources as Readonly<Record<string, Resource | null>>;
  return Object.entries(resources).flatMap(([id, resource]) => (resource === null ? [] : [[id, resource]]));
}

export function add(template: Template, fragment: Fragment): void {
  const sections = template as unknown as Record<string, Record<string, unknown>>;
  for (const [section, entries] of Object.entries(fragment)) {
    sections[section] = { ...sections[section], ...(entries as Record<string, unknown>) };
  }
}

/** What a function of the plugin has, independent of the service's other functions. */
export interface OwnConfiguration {
  readonly handler: string;
  readonly environment: Readonly<Record<string, unknown>>;
}

/** What Serverless gives to every function of a service, and what plugins add to every function. */
const SHARED = [
  ...["VpcConfig", "TracingConfig", "KmsKeyArn", "Layers", "FileSystemConfigs", "LoggingConfig"],
  ...["DeadLetterConfig", "SnapStart"],
];

/** The format in which the metrics of log lines are found. */
const LOGGING = { LogFormat: "JSON" };

/**
 * Takes from a function what it has from the service, and for which its role has no permission or its bundle no use: a
 * network out of which it may not reach the tenant, tracing, layers, another log group, a wrapper around its handler,
 * and the environment of the service's other functions, with the secrets in it.
 */
export function keepOwnConfiguration(template: Template, functionId: string, own: OwnConfiguration): void {
  const resource = getEntries(template).find(([id]) => id === functionId)?.[1];
  if (resource === undefined) return;
  const properties = (resource.Properties ??= {});
  for (const property of SHARED) Reflect.deleteProperty(properties, property);
  Object.assign(properties, {
    Handler: own.handler,
    Environment: { Variables: own.environment },
    LoggingConfig: LOGGING,
  });
}

/** Gives the plugin's roles what the service asks of every role: a path, a boundary of what it may do, and tags. */
export function asServiceRoles(fragment: Fragment, provider: Provider): void {
  const common = getRoleProperties(provider);
  for (const { Type, Properties } of Object.values(fragment.Resources ?? {}))
    if (Type === "AWS::IAM::Role") Object.assign(Properties ?? {}, common);
}

function getRoleProperties({ iam, rolePermissionsBoundary }: Provider): object {
  const role = (typeof iam?.role === "object" ? iam.role : {}) as ServiceRole;
  const boundary = role.permissionsBoundary ?? role.permissionBoundary ?? rolePermissionsBoundary;
  const tags = Object.entries(role.tags ?? {}).map(([Key, Value]) => ({ Key, Value }));
  return {
    ...(role.path !== undefined && { Path: role.path }),
    ...(boundary !== undefined && { PermissionsBoundary: boundary }),
    ...(tags.length > 0 && { Tags: tags }),
  };
}

/** Of `provider.iam.role`, what holds for every role. `permissionBoundary` is its older name. */
interface ServiceRole {
  readonly path?: unknown;
  readonly permissionsBoundary?: unknown;
  readonly permissionBoundary?: unknown;
  readonly tags?: Readonly<Record<string, unknown>>;
}

/** Lets roles read the table of revocations: those of all authorizers but the one that it belongs to. */
export function letRead(template: Template, policyId: string, roleIds: readonly string[]): void {
  const policy = getEntries(template).find(([id]) => id === policyId)?.[1];
  if (policy === undefined) return;
  if (roleIds.length > 0) Object.assign(policy.Properties ?? {}, { Roles: roleIds.map((Ref) => ({ Ref })) });
  else Reflect.deleteProperty(template.Resources, policyId);
}

/** Without a source, Serverless lets any WebSocket API of any account call the functions of this one. */
export function onlyFromThisWebSocketApi(template: Template, apiId: unknown): void {
  const SourceArn = toExecuteApiArn(apiId);
  for (const [id, { Type, Properties }] of getEntries(template)) {
    if (Type === "AWS::Lambda::Permission" && id.endsWith("LambdaPermissionWebsockets"))
      Object.assign(Properties ?? {}, { SourceArn });
  }
}

/** Every route of an API, as a permission names its source. */
function toExecuteApiArn(apiId: unknown): object {
  const arn = ["arn:", { Ref: "AWS::Partition" }, ":execute-api:", { Ref: "AWS::Region" }, ":"];
  return { "Fn::Join": ["", [...arn, { Ref: "AWS::AccountId" }, ":", apiId, "/*"]] };
}

/** What Serverless makes of an HTTP API's authorizer. */
export interface HttpApiAuthorizer {
  readonly id: string;
  readonly permissionId: string;
  readonly apiId: unknown;
  readonly functionArn: unknown;
  readonly definition: Readonly<Record<string, unknown>>;
}

/** An authorizer for an HTTP API of another stack, and the permission to call the function. */
export function toHttpApiAuthorizer(authorizer: HttpApiAuthorizer): Fragment {
  const { id, permissionId, apiId, functionArn, definition } = authorizer;
  const uri = ["arn:", { Ref: "AWS::Partition" }, ":apigateway:", { Ref: "AWS::Region" }];
  return {
    Resources: {
      [id]: {
        Type: "AWS::ApiGatewayV2::Authorizer",
        Properties: {
          ApiId: apiId,
          Name: definition["functionName"],
          AuthorizerType: "REQUEST",
          IdentitySource: definition["identitySource"],
          AuthorizerPayloadFormatVersion: definition["payloadVersion"],
          EnableSimpleResponses: definition["enableSimpleResponses"],
          AuthorizerResultTtlInSeconds: definition["resultTtlInSeconds"],
          AuthorizerUri: {
            "Fn::Join": ["", [...uri, ":lambda:path/2015-03-31/functions/", functionArn, "/invocations"]],
          },
        },
      },
      [permissionId]: {
        Type: "AWS::Lambda::Permission",
        Properties: {
          FunctionName: functionArn,
          Action: "lambda:InvokeFunction",
          Principal: "apigateway.amazonaws.com",
          SourceArn: toExecuteApiArn(apiId),
        },
      },
    },
  };
}
