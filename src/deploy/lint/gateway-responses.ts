import { getAuthorizers } from "./authorizers.ts";
import { at, type Rule } from "./rule.ts";
import {
  getDependencies,
  getRef,
  getResources,
  type NamedResource,
  type Template,
} from "./cloudformation.ts";

/** REST APIs that the authorizer guards, and whose answer of that type lacks a header. */
export function missingHeader(type: string, header: string): Rule {
  return (template, scope) => {
    const guarded = getAuthorizers(template, scope).map(({ properties }) => getRef(properties["RestApiId"]));
    const responses = getResources(template, "AWS::ApiGateway::GatewayResponse").filter(
      ({ properties }) => properties["ResponseType"] === type,
    );
    return getResources(template, "AWS::ApiGateway::RestApi")
      .filter(({ name }) => guarded.includes(name))
      .filter(({ name }) => !responses.some((response) => hasHeader(response, name, header)))
      .map(at(`answers ${type} without the header ${header}`));
  };
}

/** A deployment of a REST API is a copy of it, which has what was there before it was made. */
export const lateGatewayResponses: Rule = (template) =>
  getResources(template, "AWS::ApiGateway::GatewayResponse")
    .filter((response) => !isDeployed(template, response))
    .map(at("may be made after the deployment of its API, which then does not have it"));

function hasHeader({ properties }: NamedResource, api: string, header: string): boolean {
  const parameters = (properties["ResponseParameters"] ?? {}) as Record<string, unknown>;
  return (
    getRef(properties["RestApiId"]) === api && parameters[`gatewayresponse.header.${header}`] !== undefined
  );
}

function isDeployed(template: Template, response: NamedResource): boolean {
  const deployments = getResources(template, "AWS::ApiGateway::Deployment");
  return deployments.some(
    ({ name, properties }) =>
      getRef(properties["RestApiId"]) === getRef(response.properties["RestApiId"]) &&
      getDependencies(template, name).has(response.name),
  );
}
