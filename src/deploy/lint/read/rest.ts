import type { Authorizer, GatewayResponse, KeySource, Model, Route } from "../model.ts";
import {
  getReference,
  getReferences,
  getWhyUnknown,
  toList,
  toRecord,
  toText,
  type Properties,
} from "../values.ts";
import { readCalled } from "./called.ts";
import { readBackend } from "./backend.ts";
import { isLambdaAuthorizer, readGuard } from "./guard.ts";
import { readStrictly, toApiId, toSeconds, type Resource, type Resources } from "./resources.ts";

/** Where an imported resource of an API stands, which its template does not say. */
export interface ParentPath {
  /** The value of `ParentId` or `ResourceId`, as the template has it. */
  readonly id: unknown;
  /** Such as `/v1/orders`. */
  readonly path: string;
}

/** What stands in a route for the path of a parent of another stack. */
const UNKNOWN_PATH = "…";
const MAX_PATH_PARTS = 40;
/** What API Gateway assumes. */
const DEFAULT_TTL_SECONDS = 300;

/** Reads the REST APIs that are not an OpenAPI body. */
export function readRestApis(resources: Resources, parents: readonly ParentPath[], model: Model): void {
  for (const { id, properties } of resources.ofType("AWS::ApiGateway::RestApi")) {
    model.apis.push({
      id,
      kind: "rest",
      isRestricted: isRestricted(properties),
      messages: 0,
      hasCors: false,
      keySource: readKeySource(properties),
    });
    if (properties["CloneFrom"] !== undefined)
      model.unread.push({ rule: "template-not-read", resource: id, what: "it is cloned from another API" });
  }
  for (const method of resources.ofType("AWS::ApiGateway::Method"))
    model.routes.push(readMethod(method, resources, parents));
  for (const authorizer of resources.ofType("AWS::ApiGateway::Authorizer"))
    model.authorizers.push(...readAuthorizer(authorizer, resources));
  for (const response of resources.ofType("AWS::ApiGateway::GatewayResponse"))
    model.gatewayResponses.push(readGatewayResponse(response, resources));
  for (const { id, properties } of resources.ofType("AWS::ApiGateway::UsagePlan")) {
    const stages = toList(properties["ApiStages"]).map(toRecord);
    model.usagePlans.push({ id, apis: stages.map(({ ApiId }) => toApiId(ApiId)) });
  }
}

/** Of an API, or of the OpenAPI document that describes it. API Gateway assumes the header. */
export function readKeySource({ ApiKeySourceType, Body, DefinitionBody }: Properties): KeySource | undefined {
  const document = toRecord(Body ?? DefinitionBody);
  const value = ApiKeySourceType ?? document["x-amazon-apigateway-api-key-source"];
  if (getWhyUnknown(value) !== undefined) return undefined;
  return toText(value)?.toUpperCase() === "AUTHORIZER" ? "authorizer" : "header";
}

/** Whether a private endpoint or a resource policy keeps callers out. */
export function isRestricted({ Policy, EndpointConfiguration }: Properties): boolean {
  const types = toList(toRecord(EndpointConfiguration)["Types"] ?? toRecord(EndpointConfiguration)["Type"]);
  if (types.includes("PRIVATE") || EndpointConfiguration === "PRIVATE") return true;
  return toList(toRecord(Policy)["Statement"])
    .map(toRecord)
    .some((statement) => !isForEveryone(statement));
}

function isForEveryone({ Effect, Principal, Condition }: Properties): boolean {
  const principals = toList(toRecord(Principal)["AWS"] ?? Principal);
  return Effect === "Allow" && Condition === undefined && principals.includes("*");
}

function readMethod(method: Resource, resources: Resources, parents: readonly ParentPath[]): Route {
  const { properties, raw, id } = method;
  const { Type, Uri, Credentials, RequestParameters } = toRecord(properties["Integration"]);
  const path = readPath(properties["ResourceId"], raw["ResourceId"], resources, parents);
  return {
    api: toApiId(properties["RestApiId"]),
    kind: "rest",
    resource: id,
    key: `${(toText(properties["HttpMethod"]) ?? "?").toUpperCase()} ${path}`,
    guard: readGuard(
      {
        type: readStrictly(method, "AuthorizationType"),
        authorizer: readStrictly(method, "AuthorizerId"),
        apiKey: properties["ApiKeyRequired"],
      },
      resources,
    ),
    backend: readBackend(
      { type: Type ?? "MOCK", uri: Uri, role: Credentials, parameters: RequestParameters },
      true,
      resources,
    ),
  };
}

/** The path of a resource, from its own part and those of its parents. */
function readPath(
  value: unknown,
  raw: unknown,
  resources: Resources,
  parents: readonly ParentPath[],
  depth = 0,
): string {
  const given = parents.find(({ id }) => JSON.stringify(id) === JSON.stringify(raw));
  if (given !== undefined) return given.path;
  if ((toText(value) ?? "").endsWith(".RootResourceId⟧")) return "/";
  const resource = resources.get(getReference(value) ?? "");
  if (resource?.type !== "AWS::ApiGateway::Resource" || depth > MAX_PATH_PARTS) return UNKNOWN_PATH;
  const { ParentId, PathPart } = resource.properties;
  const parent = readPath(ParentId, resource.raw["ParentId"], resources, parents, depth + 1);
  return `${parent === "/" ? "" : parent}/${toText(PathPart) ?? UNKNOWN_PATH}`;
}

function readAuthorizer({ id, properties }: Resource, resources: Resources): Authorizer[] {
  const { Type, AuthorizerUri, IdentitySource, AuthorizerCredentials, RestApiId } = properties;
  if (!isLambdaAuthorizer(toText(Type) ?? "")) return [];
  const sources = toText(IdentitySource ?? "");
  return [
    {
      id,
      api: toApiId(RestApiId),
      kind: "rest",
      isToken: Type === "TOKEN",
      ...readCalled(AuthorizerUri, resources),
      sources: sources === undefined || getWhyUnknown(sources) !== undefined ? undefined : sources.split(","),
      ttlSeconds: toSeconds(properties["AuthorizerResultTtlInSeconds"], DEFAULT_TTL_SECONDS),
      hasSimpleResponses: false,
      payloadVersion: undefined,
      mayCall: AuthorizerCredentials !== undefined,
      pattern: toText(properties["IdentityValidationExpression"]),
    },
  ];
}

function readGatewayResponse({ id, properties, stack }: Resource, resources: Resources): GatewayResponse {
  const api = toApiId(properties["RestApiId"]);
  const deployments = resources
    .ofType("AWS::ApiGateway::Deployment")
    .filter(
      (deployment) => toApiId(deployment.properties["RestApiId"]) === api && deployment.stack === stack,
    );
  return {
    id,
    api,
    type: toText(properties["ResponseType"]) ?? "",
    headers: readHeaders(properties["ResponseParameters"]),
    isDeployed:
      deployments.length === 0
        ? undefined
        : deployments.some((each) => getDependencies(each, resources).has(id)),
  };
}

/** The headers that `gatewayresponse.header.X` sets. */
export function readHeaders(parameters: unknown): readonly string[] | undefined {
  if (getWhyUnknown(parameters) !== undefined) return undefined;
  return Object.keys(toRecord(parameters)).map((key) =>
    key.replace("gatewayresponse.header.", "").toLowerCase(),
  );
}

/** What a resource waits for: what it names in `DependsOn` or in a value, and what these wait for. */
function getDependencies(resource: Resource, resources: Resources, found = new Set<string>()): Set<string> {
  const { stack, properties, id } = resource;
  const { DependsOn } = toRecord(stack.template.Resources[id.slice(stack.prefix.length)]);
  const named = toList(DependsOn).map((name) => stack.prefix + String(name));
  for (const dependency of [...named, ...getReferences(properties)]) {
    const next = found.has(dependency) ? undefined : resources.get(dependency);
    if (next === undefined) continue;
    found.add(dependency);
    getDependencies(next, resources, found);
  }
  return found;
}
