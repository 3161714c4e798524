import { getResources, references, type Template } from "../lint/cloudformation.ts";
import type { Fragment } from "../package/instantiate.ts";
import { add, asServiceRoles, keepOwnConfiguration, letRead } from "./edit-template.ts";
import { onlyFromThisWebSocketApi, toHttpApiAuthorizer } from "./edit-template.ts";
import type { Provider } from "./framework-types.ts";
import { httpApiAuthorizer } from "./function-definitions.ts";
import { roleId } from "./names.ts";
import type { Options } from "./options.ts";
import type { Plan } from "./plan.ts";
import { gatewayResponsesFor, resourcesFor } from "./resources.ts";

/**
 * Adds to a template what belongs to the functions: roles, alarms, the table of revocations.
 *
 * @param external the authorizers for an HTTP API of another stack, by name
 */
export function addResources(
  template: Template,
  plan: Plan,
  provider: Provider,
  external: ReadonlySet<string>,
): void {
  for (const options of plan.authorizers) {
    const fragment = resourcesFor(options, plan.getNames(options));
    asServiceRoles(fragment, provider);
    add(template, fragment);
    if (external.has(options.stack.name)) add(template, toExternalAuthorizer(options, plan, provider));
  }
  if (plan.first.stack.revocations) letAuthorizersRead(template, plan);
  for (const [name, { handler, environment = {} }] of Object.entries(plan.functions)) {
    const own = { handler: String(handler), environment };
    keepOwnConfiguration(template, plan.naming.getLambdaLogicalId(name), own);
  }
  onlyFromThisWebSocketApi(template, plan.webSocketApiId);
}

/**
 * Adds the answers of the service's REST API to refused callers, where the plugin guards one.
 *
 * @returns their logical IDs
 */
export function addGatewayResponses(template: Template, plan: Plan): readonly string[] {
  const responses = gatewayResponsesFor(plan.first.stack, plan.getNames(plan.first));
  add(template, responses);
  return Object.keys(responses.Resources ?? {});
}

/** Whether one of the plugin's functions is the authorizer of a REST API. */
export function guardsRestApi(template: Template, plan: Plan): boolean {
  const ours = plan.functionIds;
  return getResources(template, "AWS::ApiGateway::Authorizer").some(({ properties }) =>
    references(properties["AuthorizerUri"]).some((id) => ours.has(id)),
  );
}

function letAuthorizersRead(template: Template, plan: Plan): void {
  const own = plan.authorizers.filter(({ stack }) => stack.role === undefined);
  const roles = own.map((options) => roleId(plan.getIdPrefix(options)));
  letRead(template, `${plan.getIdPrefix(plan.first)}RevocationReaderPolicy`, roles);
}

function toExternalAuthorizer(options: Options, { naming }: Plan, { httpApi }: Provider): Fragment {
  const { name } = options.stack;
  return toHttpApiAuthorizer({
    id: naming.getHttpApiAuthorizerLogicalId(name),
    permissionId: naming.getLambdaAuthorizerHttpApiPermissionLogicalId(name),
    apiId: httpApi?.id,
    functionArn: { "Fn::GetAtt": [naming.getLambdaLogicalId(name), "Arn"] },
    definition: httpApiAuthorizer(options),
  });
}
