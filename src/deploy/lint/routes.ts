import { type Rule, type Finding } from "./rule.ts";
import { getRef, getResources, type NamedResource, type Template } from "./cloudformation.ts";

interface Route {
  readonly resource: string;
  /** As API Gateway writes it: `GET /orders/{id}`, `$connect`. */
  readonly key: string;
  readonly isGuarded: boolean;
}

/** Preflights have no token, and a WebSocket API asks for one when a connection begins. */
export const unguardedRoutes: Rule = (template, { publicRoutes }) => [
  ...getRoutes(template)
    .filter(({ key, isGuarded }) => !isGuarded && !publicRoutes.includes(key))
    .map(({ resource, key }) => ({ resource, message: `lets anybody in: ${key} has no authorizer` })),
  ...getResources(template, "AWS::ApiGatewayV2::Api")
    .filter(({ name, properties }) => isWebSocket(properties) && !asks(template, name))
    .map(({ name }) => ({
      resource: name,
      message: "lets anybody in: it has no route $connect, where an authorizer could ask for a token",
    })),
];

/** A route that is listed as public and is not there was renamed, or is misspelled. */
export const unknownPublicRoutes: Rule = (template, { publicRoutes }): Finding[] => {
  const keys = getRoutes(template).map(({ key }) => key);
  return publicRoutes
    .filter((route) => !keys.includes(route))
    .map((route) => ({ resource: route, message: "is listed as public, but there is no such route" }));
};

function getRoutes(template: Template): Route[] {
  const methods = getResources(template, "AWS::ApiGateway::Method")
    .filter(({ properties }) => properties["HttpMethod"] !== "OPTIONS")
    .map(({ name, properties }) => ({
      resource: name,
      key: `${String(properties["HttpMethod"])} ${getPath(template, properties["ResourceId"])}`,
      isGuarded: isGuarded(properties),
    }));
  const routes = getResources(template, "AWS::ApiGatewayV2::Route")
    .filter(({ properties }) => !isLaterMessage(template, properties))
    .map(({ name, properties }) => ({
      resource: name,
      key: String(properties["RouteKey"]),
      isGuarded: isGuarded(properties),
    }));
  return [...methods, ...routes];
}

/** The path of a REST API's resource, from its own part and those of its parents. */
function getPath(template: Template, resourceId: unknown): string {
  const { PathPart, ParentId } = template.Resources[getRef(resourceId)]?.Properties ?? {};
  if (typeof PathPart !== "string") return "/";
  const parent = getPath(template, ParentId);
  return `${parent === "/" ? "" : parent}/${PathPart}`;
}

/** Asks for something: a Lambda authorizer, or one of AWS's own. */
function isGuarded({ AuthorizationType, AuthorizerId }: NamedResource["properties"]): boolean {
  if (AuthorizationType === "AWS_IAM") return true;
  return AuthorizationType !== undefined && AuthorizationType !== "NONE" && AuthorizerId !== undefined;
}

function isLaterMessage(template: Template, { ApiId, RouteKey }: NamedResource["properties"]): boolean {
  return isWebSocket(template.Resources[getRef(ApiId)]?.Properties ?? {}) && RouteKey !== "$connect";
}

function isWebSocket(properties: NamedResource["properties"]): boolean {
  return properties["ProtocolType"] === "WEBSOCKET";
}

function asks(template: Template, api: string): boolean {
  return getResources(template, "AWS::ApiGatewayV2::Route").some(
    ({ properties }) => properties["RouteKey"] === "$connect" && getRef(properties["ApiId"]) === api,
  );
}
