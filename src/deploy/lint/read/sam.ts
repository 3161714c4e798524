import type { ApiKind, Guard, Model, Route } from "../model.ts";
import { evaluate } from "../evaluate.ts";
import {
  getReference,
  getWhyUnknown,
  toList,
  toRecord,
  toReference,
  toText,
  Unknown,
  type Properties,
} from "../values.ts";
import { readBackend } from "./backend.ts";
import type { Body } from "./openapi.ts";
import { isRestricted, readKeySource } from "./rest.ts";
import { readVariables } from "./stages.ts";
import type { Resource, Resources } from "./resources.ts";
import { readSamAuthorizers, readSamGuard } from "./sam-auth.ts";

/** An API as SAM describes it, or the one that it adds for events that name none. */
interface SamApi {
  readonly id: string;
  readonly kind: ApiKind;
  readonly auth: Properties;
  /** Undefined where events describe the routes. */
  readonly document: unknown;
}

const IMPLICIT = { rest: "ServerlessRestApi", http: "ServerlessHttpApi" } as const;
const TYPES = { "AWS::Serverless::Api": "rest", "AWS::Serverless::HttpApi": "http" } as const;
const EVENT_KINDS: Readonly<Record<string, "rest" | "http">> = { Api: "rest", HttpApi: "http" };

/**
 * Reads a SAM template as it is before its transform: APIs, events of functions and state machines, `Globals`.
 *
 * @returns the OpenAPI documents of its APIs
 */
export function readSam(resources: Resources, model: Model): Body[] {
  const apis = new Map(readApis(resources, model).map((api) => [api.id, api]));
  for (const resource of resources.ofType("AWS::Serverless::Function", "AWS::Serverless::StateMachine"))
    for (const [name, event] of Object.entries(toRecord(withGlobals(resource)["Events"])))
      readEvent(resource, name, event, apis, resources, model);
  for (const { type, id } of resources.all)
    if (type === "AWS::Serverless::WebSocketApi")
      model.unread.push({ rule: "template-not-read", resource: id, what: `${type} is not read` });
  return Array.from(apis.values()).flatMap(({ id, kind, document, auth }) =>
    document === undefined
      ? []
      : [{ api: id, kind, document: toRecord(document), fallback: readSamGuard({}, auth, id) }],
  );
}

function readApis(resources: Resources, model: Model): SamApi[] {
  return resources.ofType(...Object.keys(TYPES)).map((resource) => {
    const properties = withGlobals(resource);
    const kind = TYPES[resource.type as keyof typeof TYPES];
    const api = {
      id: resource.id,
      kind,
      auth: readAuth(properties, resource.id, model),
      document: readDocument(properties, resource, model),
    };
    addApi(api, properties, resources, model);
    return api;
  });
}

function readAuth({ Auth }: Properties, resource: string, model: Model): Properties {
  const why = getWhyUnknown(Auth);
  if (why !== undefined)
    model.unread.push({ rule: "authorizer-not-read", resource, what: `its Auth depends on ${why}` });
  return Auth instanceof Unknown ? { DefaultAuthorizer: Auth } : toRecord(Auth);
}

function readDocument(
  { DefinitionBody, DefinitionUri }: Properties,
  { id, stack }: Resource,
  model: Model,
): unknown {
  const path = toText(DefinitionUri);
  const document = DefinitionBody ?? (path === undefined ? DefinitionUri : stack.load(path));
  if (DefinitionBody === undefined && DefinitionUri === undefined) return undefined;
  const evaluated = evaluate(stack, document);
  if ("paths" in toRecord(evaluated)) return evaluated;
  const what = `its OpenAPI document ${getWhyUnknown(evaluated) === undefined ? "was not found" : "is added at deployment"}`;
  model.unread.push({ rule: "template-not-read", resource: id, what });
  return {};
}

function addApi(api: SamApi, properties: Properties, resources: Resources, model: Model): void {
  const { id, kind, auth } = api;
  model.apis.push({
    id,
    kind,
    isRestricted: isRestricted(properties) || Object.keys(toRecord(auth["ResourcePolicy"])).length > 0,
    messages: 0,
    hasCors: properties["Cors"] !== undefined,
    keySource: kind === "rest" ? readKeySource(properties) : undefined,
  });
  model.stages.push({
    id,
    api: id,
    variables: readVariables(properties[kind === "rest" ? "Variables" : "StageVariables"]),
  });
  model.authorizers.push(...readSamAuthorizers(id, kind, auth, resources));
  for (const [type, response] of Object.entries(toRecord(properties["GatewayResponses"]))) {
    const headers = toRecord(toRecord(response)["ResponseParameters"])["Headers"];
    const names = Object.keys(toRecord(headers)).map((name) => name.toLowerCase());
    const isKnown = getWhyUnknown(headers) === undefined;
    model.gatewayResponses.push({
      id,
      api: id,
      type,
      headers: isKnown ? names : undefined,
      isDeployed: undefined,
    });
  }
}

/** The API of a template that says nothing of it but in `Globals`. */
function getImplicit(
  kind: "rest" | "http",
  resource: Resource,
  apis: Map<string, SamApi>,
  resources: Resources,
  model: Model,
): SamApi {
  const { stack } = resource;
  const id = stack.prefix + IMPLICIT[kind];
  const known = apis.get(id);
  if (known !== undefined) return known;
  const section = kind === "rest" ? "Api" : "HttpApi";
  const properties = toRecord(evaluate(stack, toRecord(toRecord(stack.template)["Globals"])[section]));
  const document = readDocument(properties, { ...resource, id }, model);
  const api = { id, kind, auth: readAuth(properties, id, model), document };
  addApi(api, properties, resources, model);
  apis.set(id, api);
  return api;
}

function readEvent(
  resource: Resource,
  name: string,
  value: unknown,
  apis: Map<string, SamApi>,
  resources: Resources,
  model: Model,
): void {
  const { Type, Properties } = toRecord(value);
  noteUnknownEvent(resource, name, value, model);
  const kind = EVENT_KINDS[String(toText(Type))];
  if (kind === undefined) return;
  const event = toRecord(Properties);
  const named = event[kind === "rest" ? "RestApiId" : "ApiId"];
  const reference = getReference(named) ?? toText(named) ?? "";
  const api = named === undefined ? getImplicit(kind, resource, apis, resources, model) : apis.get(reference);
  const id = api?.id ?? reference;
  if (isFunction(resource)) addPermission(resource.id, name, id, model);
  // Where a document describes the API, an event adds nothing to it.
  const isDescribed = api === undefined ? resources.get(reference) !== undefined : api.document !== undefined;
  if (!isDescribed) model.routes.push(toRoute(resource, kind, event, id, api, resources));
}

function noteUnknownEvent({ id }: Resource, name: string, value: unknown, { unread }: Model): void {
  const isKnown = [value, toRecord(value)["Properties"]].every((part) => getWhyUnknown(part) === undefined);
  if (isKnown && !name.startsWith("Fn::")) return;
  unread.push({
    rule: "template-not-read",
    resource: id,
    what: `its event ${name} is known only at deployment`,
  });
}

function toRoute(
  resource: Resource,
  kind: "rest" | "http",
  event: Properties,
  id: string,
  api: SamApi | undefined,
  resources: Resources,
): Route {
  const elsewhere: Guard = { kind: "unknown", why: "its API is another stack's" };
  const role = isFunction(resource) ? undefined : "made by SAM";
  const integration = { type: "AWS_PROXY", uri: toReference(resource.id), role, parameters: {} };
  return {
    api: id,
    kind,
    resource: resource.id,
    key: toKey(event),
    guard: api === undefined ? elsewhere : readSamGuard(event["Auth"], api.auth, api.id),
    backend: readBackend(integration, kind === "rest", resources),
  };
}

function isFunction({ type }: Resource): boolean {
  return type === "AWS::Serverless::Function";
}

function toKey({ Path, Method }: Properties): string {
  if (Path === undefined) return "$default";
  const method = (toText(Method) ?? "any").toUpperCase();
  return `${method === "*" ? "ANY" : method} ${toText(Path) ?? "…"}`;
}

/** SAM lets the API of an event call its function. */
function addPermission(id: string, event: string, api: string, model: Model): void {
  model.permissions.push({
    id: `${id}.${event}`,
    function: id,
    principal: "apigateway.amazonaws.com",
    apis: [api],
    unknownSources: [],
    hasSource: true,
    isOfUrl: false,
  });
}

/** A resource's properties with those of `Globals`: maps are merged, lists joined, and the resource's own wins. */
export function withGlobals({ type, properties, stack }: Resource): Properties {
  const section = type.replace("AWS::Serverless::", "");
  const globals = toRecord(toRecord(stack.template)["Globals"])[section];
  return toRecord(merge(evaluate(stack, globals), properties));
}

function merge(global: unknown, own: unknown): unknown {
  if (own === undefined) return global;
  if (Array.isArray(global) && Array.isArray(own)) return [...toList(global), ...toList(own)];
  const [left, right] = [toRecord(global), toRecord(own)];
  if (Object.keys(left).length === 0 || Object.keys(right).length === 0) return own;
  const names = new Set([...Object.keys(left), ...Object.keys(right)]);
  return Object.fromEntries(Array.from(names, (name) => [name, merge(left[name], right[name])]));
}
