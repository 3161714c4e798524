import type { Template } from "../lint/cloudformation.ts";
import type { Fragment } from "./resources.ts";

/** A template that Serverless has compiled, and that plugins may change. */
type Resources = Record<
  string,
  { readonly Type: string; Properties?: Record<string, unknown>; DependsOn?: string | readonly string[] }
>;

export function add(template: Template, fragment: Fragment): void {
  const sections = template as unknown as Record<string, Record<string, unknown>>;
  for (const [section, entries] of Object.entries(fragment)) {
    sections[section] = { ...sections[section], ...(entries as Record<string, unknown>) };
  }
}

/**
 * Takes from a function what Serverless gives to every function of the service, and for which this one's role has no
 * permission: a network of one's own, out of which it may not reach the tenant, tracing, a key for its environment, and
 * layers.
 */
export function withoutSharedConfiguration(template: Template, functionId: string): void {
  const { Properties = {} } = (template.Resources as Resources)[functionId] ?? {};
  for (const property of ["VpcConfig", "TracingConfig", "KmsKeyArn", "Layers"])
    Reflect.deleteProperty(Properties, property);
}

/** A deployment of a REST API is a copy of it: what is to be in the copy has to be there before. */
export function deployWith(template: Template, ids: readonly string[]): void {
  for (const resource of Object.values(template.Resources as Resources)) {
    if (resource.Type === "AWS::ApiGateway::Deployment")
      resource.DependsOn = [...[resource.DependsOn ?? []].flat(), ...ids];
  }
}

/** Without a source, Serverless lets any WebSocket API of anybody call the functions of this one. */
export function onlyFromThisWebSocketApi(template: Template, apiId: unknown): void {
  const arn = ["arn:", { Ref: "AWS::Partition" }, ":execute-api:", { Ref: "AWS::Region" }, ":"];
  const SourceArn = { "Fn::Join": ["", [...arn, { Ref: "AWS::AccountId" }, ":", apiId, "/*"]] };
  for (const [id, { Type, Properties }] of Object.entries(template.Resources as Resources)) {
    if (Type === "AWS::Lambda::Permission" && id.endsWith("LambdaPermissionWebsockets"))
      Object.assign(Properties ?? {}, { SourceArn });
  }
}
