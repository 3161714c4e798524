import { authorizersOf } from "./authorizers.ts";
import { at, type Check } from "./rule.ts";
import { dependenciesOf, refOf, resourcesOf, type NamedResource, type Template } from "./cloudformation.ts";

/** REST APIs that the authorizer guards, and whose answer of that type lacks a header. */
export function missingHeader(type: string, header: string): Check {
  return (template, scope) => {
    const guarded = authorizersOf(template, scope).map(({ properties }) => refOf(properties["RestApiId"]));
    const responses = resourcesOf(template, "AWS::ApiGateway::GatewayResponse").filter(
      ({ properties }) => properties["ResponseType"] === type,
    );
    return resourcesOf(template, "AWS::ApiGateway::RestApi")
      .filter(({ name }) => guarded.includes(name))
      .filter(({ name }) => !responses.some((response) => hasHeader(response, name, header)))
      .map(at(`answers ${type} without the header ${header}`));
  };
}

/** A deployment of a REST API is a copy of it, which has what was there before it was made. */
export const lateGatewayResponses: Check = (template) =>
  resourcesOf(template, "AWS::ApiGateway::GatewayResponse")
    .filter((response) => !isDeployed(template, response))
    .map(at("may be made after the deployment of its API, which then does not have it"));

function hasHeader({ properties }: NamedResource, api: string, header: string): boolean {
  const parameters = (properties["ResponseParameters"] ?? {}) as Record<string, unknown>;
  return (
    refOf(properties["RestApiId"]) === api && parameters[`gatewayresponse.header.${header}`] !== undefined
  );
}

function isDeployed(template: Template, response: NamedResource): boolean {
  const deployments = resourcesOf(template, "AWS::ApiGateway::Deployment");
  return deployments.some(
    ({ name, properties }) =>
      refOf(properties["RestApiId"]) === refOf(response.properties["RestApiId"]) &&
      dependenciesOf(template, name).has(response.name),
  );
}
