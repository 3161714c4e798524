import type { Template } from "../../src/deploy/lint/cloudformation.ts";
import { checkTemplate, isGap, type Finding } from "../../src/deploy/lint/lint.ts";
import { moveToNested } from "../deploy/lint/mutants.ts";

type Json = Record<string, unknown>;
interface ResourceJson extends Json {
  Type: string;
  Properties: Json;
}
type TemplateJson = Json & { Resources: Record<string, ResourceJson> };

/** The templates of a packaged service. */
export interface Packaged {
  readonly name: string;
  readonly main: Template;
  /** The templates that the main one names, by file name. */
  readonly nested: Readonly<Record<string, Template>>;
  /** Finds what is not among these. */
  readonly load?: (location: string) => unknown;
}

interface Parts {
  main: TemplateJson;
  nested: Record<string, TemplateJson>;
}

/** What became of the mutants of one kind. */
export interface Outcome {
  readonly what: string;
  readonly mutants: number;
  readonly errors: number;
  readonly notChecked: number;
  /** Those of which nothing new is said. */
  readonly survivors: readonly string[];
}

/** Where something is guarded: in which template, in which resource, and where in its OpenAPI document or its events. */
interface Place {
  readonly file: string | undefined;
  readonly id: string;
  readonly path: readonly string[];
}

/** Takes the guard off a place of a copy of the templates; false where that cannot be done there. */
type Mutation = (parts: Parts, place: Place) => boolean;

const CONDITION = { "Fn::Equals": [{ Ref: "AWS::Region" }, "eu-west-1"] };
const NO_VALUE = { Ref: "AWS::NoValue" };
const either = (yes: unknown, no: unknown): Json => ({ "Fn::If": ["IsMutant", yes, no] });

/** For methods of REST APIs, and routes of HTTP and WebSocket APIs. */
const OF_ROUTES: Readonly<Record<string, Mutation>> = {
  "the authorizer taken off": change(without("AuthorizerId")),
  "the authorizer and its type taken off": change(without("AuthorizerId", "AuthorizationType")),
  "the type taken off": change(without("AuthorizationType")),
  NONE: change((route) => ({ ...route, AuthorizationType: "NONE" })),
  "NONE by Fn::If": change((route) => ({ ...route, AuthorizationType: either("NONE", "CUSTOM") })),
  "no authorizer by Fn::If": change((route) => ({
    ...route,
    AuthorizerId: either(NO_VALUE, route["AuthorizerId"]),
  })),
  "the authorizer of another stack": change((route) => ({
    ...route,
    AuthorizerId: { "Fn::ImportValue": "authorizer" },
  })),
  "the authorizer's resource removed": removeAuthorizer,
  "moved into an OpenAPI body": moveToBody,
  "moved into an OpenAPI body of AWS::Include": moveToInclude,
  "moved into a nested stack, open": (parts, place) => moveRoute(parts, place, true),
  "moved into a nested stack that is not there": (parts, place) => {
    const isMoved = moveRoute(parts, place, false);
    Reflect.deleteProperty(parts.nested, "moved.json");
    return isMoved;
  },
  "moved into Fn::ForEach": (parts, place) => {
    const { Resources } = getTemplate(parts, place);
    const moved = Resources[place.id];
    Reflect.deleteProperty(Resources, place.id);
    Object.assign(Resources, { [`Fn::ForEach::${place.id}`]: ["X", ["a"], { [`${place.id}X`]: moved }] });
    return true;
  },
};

/** For operations of OpenAPI documents. */
const OF_OPERATIONS: Readonly<Record<string, Mutation>> = {
  "an operation without security": change(without("security")),
  "an operation with an empty security": change((operation) => ({ ...operation, security: [] })),
  "an operation with a security that asks for nothing": change((operation) => ({
    ...operation,
    security: [{}],
  })),
  "an operation with a security by Fn::If": change((operation) => ({
    ...operation,
    security: either([], operation["security"]),
  })),
};

/** For events of SAM. */
const OF_EVENTS: Readonly<Record<string, Mutation>> = {
  "an event with NONE": change((event) => ({ ...event, Auth: { Authorizer: "NONE" } })),
  "an event with NONE by Fn::If": change((event) => ({
    ...event,
    Auth: { Authorizer: either("NONE", "Auth0") },
  })),
  "an event with an Auth by Fn::If": change((event) => ({
    ...event,
    Auth: either({ Authorizer: "NONE" }, NO_VALUE),
  })),
  "an event with an authorizer that there is not": change((event) => ({
    ...event,
    Auth: { Authorizer: "Auht0" },
  })),
};

/** Every mutant of these services, by kind. A finding counts where the service itself does not have it. */
export function judgeMutants(services: readonly Packaged[]): readonly Outcome[] {
  const outcomes = new Map<string, { errors: number; notChecked: number; survivors: string[] }>();
  for (const service of services) {
    const known = new Set(findIn(service).map(toKey));
    for (const { what, mutant, place } of mutantsOf(service)) {
      const outcome = outcomes.get(what) ?? { errors: 0, notChecked: 0, survivors: [] };
      outcomes.set(what, outcome);
      const found = findIn(mutant).filter((finding) => !known.has(toKey(finding)));
      if (found.some(({ severity }) => severity === "error")) outcome.errors++;
      else if (found.some(isGap)) outcome.notChecked++;
      else outcome.survivors.push(`${service.name}: ${place.id} ${place.path.join(" ")}: ${what}`);
    }
  }
  return Array.from(outcomes, ([what, { errors, notChecked, survivors }]) => {
    return { what, mutants: errors + notChecked + survivors.length, errors, notChecked, survivors };
  });
}

function findIn({ main, nested, load }: Packaged): readonly Finding[] {
  const find = (location: string): unknown => nested[location.split("/").at(-1) ?? ""] ?? load?.(location);
  return checkTemplate(main, { load: find }).findings;
}

function toKey({ rule, resource, found }: Finding): string {
  return [rule, resource, found].join("\n");
}

function* mutantsOf(service: Packaged): Generator<{ what: string; mutant: Packaged; place: Place }> {
  const { main, nested } = service;
  for (const [place, mutations] of findPlaces(service))
    for (const [what, mutate] of Object.entries(mutations)) {
      const parts = structuredClone({ main, nested }) as unknown as Parts;
      if (!mutate(parts, place)) continue;
      const template = getTemplate(parts, place);
      template["Conditions"] = { ...(template["Conditions"] as Json | undefined), IsMutant: CONDITION };
      yield {
        what,
        place,
        mutant: { ...service, ...(parts as unknown as Pick<Packaged, "main" | "nested">) },
      };
    }
}

function findPlaces({ main, nested }: Packaged): [Place, Readonly<Record<string, Mutation>>][] {
  const files = [[undefined, main] as const, ...Object.entries(nested)];
  return files.flatMap(([file, template]) => {
    // The main template stands among the files too.
    if (file !== undefined && template === main) return [];
    const resources = Object.entries((template as unknown as TemplateJson).Resources);
    return resources
      .filter(hasProperties)
      .flatMap(([id, resource]) =>
        findGuards(resource).map(({ path, mutations }): [Place, Readonly<Record<string, Mutation>>] => [
          { file, id, path },
          mutations,
        ]),
      );
  });
}

function hasProperties([, resource]: readonly [string, ResourceJson]): boolean {
  return "Properties" in resource;
}

function findGuards({
  Type,
  Properties,
}: ResourceJson): { path: string[]; mutations: Readonly<Record<string, Mutation>> }[] {
  if (/^AWS::ApiGateway(?:::Method|V2::Route)$/.test(Type) && Properties["AuthorizationType"] === "CUSTOM")
    return [{ path: ["Properties"], mutations: OF_ROUTES }];
  if (Type === "AWS::Serverless::Function")
    return Object.entries((Properties["Events"] ?? {}) as Record<string, Json>)
      .filter(([, event]) => ["Api", "HttpApi"].includes(String(event["Type"])) && !isOpen(event))
      .map(([name]) => ({ path: ["Properties", "Events", name, "Properties"], mutations: OF_EVENTS }));
  return ["Body", "DefinitionBody"].flatMap((property) => {
    const { paths = {} } = (Properties[property] ?? {}) as { paths?: Record<string, Record<string, Json>> };
    return Object.entries(paths).flatMap(([path, item]) =>
      Object.entries(item)
        .filter(([, { security }]) => Array.isArray(security) && security.length > 0)
        .map(([method]) => ({
          path: ["Properties", property, "paths", path, method],
          mutations: OF_OPERATIONS,
        })),
    );
  });
}

function isOpen({ Properties }: Json): boolean {
  return JSON.stringify((Properties as Json)["Auth"] ?? {}).includes("NONE");
}

function getTemplate({ main, nested }: Parts, { file }: Place): TemplateJson {
  return (file === undefined ? main : nested[file]) ?? main;
}

function without(...names: readonly string[]): (at: Json) => Json {
  return (at) => Object.fromEntries(Object.entries(at).filter(([name]) => !names.includes(name)));
}

/** Replaces what stands at a place. */
function change(mutate: (at: Json) => Json): Mutation {
  return (parts, place) => {
    const path = ["Resources", place.id, ...place.path];
    const last = path.pop() ?? "";
    const holder = path.reduce<Json>((at, name) => at[name] as Json, getTemplate(parts, place));
    holder[last] = mutate(holder[last] as Json);
    return true;
  };
}

function removeAuthorizer(parts: Parts, place: Place): boolean {
  const { Resources } = getTemplate(parts, place);
  const { Ref } = (Resources[place.id]?.Properties["AuthorizerId"] ?? {}) as { Ref?: string };
  return Ref !== undefined && Ref in Resources && Reflect.deleteProperty(Resources, Ref);
}

/** The API of a route, where it is in the same template and not a WebSocket API, which has no OpenAPI documents. */
function getApi(parts: Parts, place: Place): Json | undefined {
  const { Resources } = getTemplate(parts, place);
  const { RestApiId, ApiId } = Resources[place.id]?.Properties ?? {};
  const { Ref = "" } = (RestApiId ?? ApiId ?? {}) as { Ref?: string };
  const api = Resources[Ref]?.Properties;
  return api?.["ProtocolType"] === "WEBSOCKET" ? undefined : api;
}

function moveToBody(parts: Parts, place: Place): boolean {
  const api = getApi(parts, place);
  if (api === undefined) return false;
  const { Resources } = getTemplate(parts, place);
  const integration = { type: "aws_proxy", uri: "arn:aws:apigateway:eu-west-1:lambda:path/x" };
  const paths = { [`/${place.id}`]: { get: { "x-amazon-apigateway-integration": integration } } };
  Reflect.deleteProperty(Resources, place.id);
  Object.assign(api, { Body: { openapi: "3.0.1", paths } });
  return true;
}

function moveToInclude(parts: Parts, place: Place): boolean {
  const api = getApi(parts, place);
  if (api === undefined) return false;
  Reflect.deleteProperty(getTemplate(parts, place).Resources, place.id);
  const Parameters = { Location: "s3://bucket/openapi.yml" };
  Object.assign(api, { Body: { "Fn::Transform": { Name: "AWS::Include", Parameters } } });
  return true;
}

function moveRoute(parts: Parts, place: Place, isOpen: boolean): boolean {
  moveToNested(getTemplate(parts, place), parts.nested, place.id, isOpen);
  return true;
}
