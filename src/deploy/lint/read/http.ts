import type { ApiKind, Authorizer, Backend, Model, Route } from "../model.ts";
import { getReferences, getWhyUnknown, isTrue, toList, toRecord, toText } from "../values.ts";
import { readCalled } from "./called.ts";
import { NO_BACKEND, readBackend } from "./backend.ts";
import { isLambdaAuthorizer, readGuard } from "./guard.ts";
import { readStrictly, toApiId, toSeconds, toVersion, type Resource, type Resources } from "./resources.ts";

/** Reads HTTP and WebSocket APIs that are not an OpenAPI body. */
export function readHttpApis(resources: Resources, model: Model): void {
  const apis = resources.ofType("AWS::ApiGatewayV2::Api");
  const routes = resources.ofType("AWS::ApiGatewayV2::Route");
  for (const { id, properties } of apis) {
    const kind = toKind(properties["ProtocolType"]);
    const messages = routes.filter((route) => isMessage(route, id)).length;
    model.apis.push({ id, kind, isRestricted: false, messages, hasCors: false });
  }
  const kindOf = (api: string): ApiKind => model.apis.find(({ id }) => id === api)?.kind ?? "http";
  for (const api of apis) model.routes.push(...readQuickRoute(api, resources));
  for (const route of routes) model.routes.push(...readRoute(route, kindOf, resources));
  for (const authorizer of resources.ofType("AWS::ApiGatewayV2::Authorizer"))
    model.authorizers.push(...readAuthorizer(authorizer, kindOf, resources));
}

function isMessage({ properties }: Resource, api: string): boolean {
  return properties["RouteKey"] !== "$connect" && toApiId(properties["ApiId"]) === api;
}

function toKind(protocol: unknown): ApiKind {
  return protocol === "WEBSOCKET" ? "websocket" : "http";
}

/** Quick create: an API with a target and nothing else has a route, which has no authorizer unless overridden. */
function readQuickRoute(api: Resource, resources: Resources): Route[] {
  const { Target, RouteKey, CredentialsArn } = api.properties;
  if (Target === undefined) return [];
  const overrides = resources
    .ofType("AWS::ApiGatewayV2::ApiGatewayManagedOverrides")
    .find(({ properties }) => toApiId(properties["ApiId"]) === api.id);
  const override = overrides === undefined ? {} : toRecord(readStrictly(overrides, "Route"));
  const type = /^https?:/.test(toText(Target) ?? "") ? "HTTP_PROXY" : "AWS_PROXY";
  return [
    {
      api: api.id,
      kind: "http",
      resource: api.id,
      key: toText(RouteKey) ?? "$default",
      guard: readGuard(
        { type: override["AuthorizationType"], authorizer: override["AuthorizerId"] },
        resources,
      ),
      backend: readBackend({ type, uri: Target, role: CredentialsArn, parameters: {} }, false, resources),
    },
  ];
}

/** A WebSocket API asks for a token when a connection begins; its later messages have none. */
function readRoute(route: Resource, kindOf: (api: string) => ApiKind, resources: Resources): Route[] {
  const { id, properties } = route;
  const api = toApiId(properties["ApiId"]);
  const key = toText(properties["RouteKey"]) ?? "?";
  const kind = key === "$connect" ? "websocket" : kindOf(api);
  if (kind === "websocket" && key !== "$connect") return [];
  return [
    {
      api,
      kind,
      resource: id,
      key,
      guard: readGuard(
        { type: readStrictly(route, "AuthorizationType"), authorizer: readStrictly(route, "AuthorizerId") },
        resources,
      ),
      backend: readTarget(properties["Target"], resources),
    },
  ];
}

function readTarget(target: unknown, resources: Resources): Backend {
  const [integration = ""] = getReferences(target);
  const { properties } = resources.get(integration) ?? {};
  if (properties === undefined) return NO_BACKEND;
  const { IntegrationType, IntegrationUri, CredentialsArn, RequestParameters } = properties;
  const parts = { type: IntegrationType, uri: IntegrationUri, role: CredentialsArn };
  const backend = readBackend({ ...parts, parameters: RequestParameters }, false, resources);
  return { ...backend, resource: integration };
}

function readAuthorizer(
  { id, properties }: Resource,
  kindOf: (api: string) => ApiKind,
  resources: Resources,
): Authorizer[] {
  const { AuthorizerType, AuthorizerUri, AuthorizerCredentialsArn, EnableSimpleResponses } = properties;
  if (!isLambdaAuthorizer(toText(AuthorizerType) ?? "")) return [];
  const api = toApiId(properties["ApiId"]);
  const sources = toList(properties["IdentitySource"]);
  const isKnown = sources.every((source) => getWhyUnknown(source) === undefined);
  const isWebSocket = sources.some((source) => toText(source)?.startsWith("route.request.") === true);
  return [
    {
      id,
      api,
      kind: isWebSocket ? "websocket" : kindOf(api),
      isToken: false,
      ...readCalled(AuthorizerUri, resources),
      sources: isKnown ? sources.map(String) : undefined,
      ttlSeconds: toSeconds(properties["AuthorizerResultTtlInSeconds"], 0),
      hasSimpleResponses:
        getWhyUnknown(EnableSimpleResponses) === undefined ? isTrue(EnableSimpleResponses) : undefined,
      payloadVersion: toVersion(properties["AuthorizerPayloadFormatVersion"]),
      mayCall: AuthorizerCredentialsArn !== undefined,
    },
  ];
}
