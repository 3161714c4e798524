import { ALLOW_CREDENTIALS, SEVERAL_ORIGINS } from "../package/cors.ts";
import { references, type Template } from "../lint/cloudformation.ts";
import { getEntries } from "./edit-template.ts";
import type { StackOptions } from "./options.ts";

type Response = ReturnType<typeof getEntries>[number];

/** What a page's browser needs to show an answer to it. */
const CORS_HEADER = /^gatewayresponse\.header\.access-control-/i;

/**
 * Fits the plugin's gateway responses in with those that the service has: a type that it has itself stays as it is,
 * because an API has one response of each type, and the headers of its DEFAULT_4XX and DEFAULT_5XX hold for the
 * plugin's as well, because a type that is set inherits nothing.
 *
 * @param ours logical IDs
 */
export function fitIn(template: Template, ours: readonly string[], options: StackOptions): void {
  const responses = getEntries(template).filter(
    ([, { Type }]) => Type === "AWS::ApiGateway::GatewayResponse",
  );
  const theirs = responses.filter(([id]) => !ours.includes(id));
  for (const response of responses.filter(([id]) => ours.includes(id))) {
    const [id, { Properties = {} }] = response;
    if (findOfType(theirs, response, String(Properties["ResponseType"]))) {
      Reflect.deleteProperty(template.Resources, id);
      continue;
    }
    const isClients = String(Properties["StatusCode"]).startsWith("4");
    const general = findOfType(theirs, response, isClients ? "DEFAULT_4XX" : "DEFAULT_5XX");
    const inherited = Object.entries(general?.[1].Properties?.["ResponseParameters"] ?? {});
    writeCors(Properties, options, Object.fromEntries(inherited.filter(([name]) => CORS_HEADER.test(name))));
    addMissing(Properties, Object.fromEntries(inherited.filter(([name]) => !CORS_HEADER.test(name))));
  }
}

/** A deployment of a REST API is a copy of it: what is to be in the copy has to be there before. */
export function deployWithResponses(template: Template): void {
  const entries = getEntries(template);
  const responses = entries.filter(([, { Type }]) => Type === "AWS::ApiGateway::GatewayResponse");
  for (const [id, deployment] of entries.filter(([, { Type }]) => Type === "AWS::ApiGateway::Deployment")) {
    const known = [deployment.DependsOn ?? []].flat();
    const missing = responses
      .filter((response) => isSameApi(response, [id, deployment]))
      .map(([response]) => response)
      // One that waits for the deployment itself would never be made.
      .filter((response) => !known.includes(response) && !getDependencies(template, response).has(id));
    if (missing.length > 0) deployment.DependsOn = [...known, ...missing];
  }
}

function findOfType(responses: readonly Response[], like: Response, type: string): Response | undefined {
  return responses.find(
    (response) => response[1].Properties?.["ResponseType"] === type && isSameApi(response, like),
  );
}

function isSameApi([, one]: Response, [, other]: Response): boolean {
  return JSON.stringify(one.Properties?.["RestApiId"]) === JSON.stringify(other.Properties?.["RestApiId"]);
}

/** The options decide where they say something; otherwise the service's own general response. */
function writeCors(
  properties: Record<string, unknown>,
  { corsOrigin, corsCredentials }: StackOptions,
  inherited: Readonly<Record<string, unknown>>,
): void {
  const parameters = (properties["ResponseParameters"] ?? {}) as Readonly<Record<string, unknown>>;
  if (corsOrigin === undefined && Object.keys(inherited).length > 0) {
    const own = Object.keys(parameters).filter((name) => !CORS_HEADER.test(name) || /expose/i.test(name));
    const kept = Object.fromEntries(own.map((name) => [name, parameters[name]]));
    properties["ResponseParameters"] = { ...kept, ...inherited };
    return;
  }
  const headers = {
    ...(Array.isArray(corsOrigin) && corsOrigin.length > 1 && SEVERAL_ORIGINS),
    ...(corsCredentials && ALLOW_CREDENTIALS),
  };
  const added = Object.entries(headers).map(([name, value]) => [`gatewayresponse.header.${name}`, value]);
  properties["ResponseParameters"] = { ...parameters, ...Object.fromEntries(added) };
}

/** Headers such as X-Content-Type-Options. If the plugin has the same header, such as WWW-Authenticate, its own is used. */
function addMissing(properties: Record<string, unknown>, inherited: Readonly<Record<string, unknown>>): void {
  const own = (properties["ResponseParameters"] ?? {}) as Readonly<Record<string, unknown>>;
  const names = Object.keys(own).map((name) => name.toLowerCase());
  const missing = Object.entries(inherited).filter(([name]) => !names.includes(name.toLowerCase()));
  properties["ResponseParameters"] = { ...own, ...Object.fromEntries(missing) };
}

/** What a resource waits for: `DependsOn`, `Ref`, `Fn::GetAtt` and `Fn::Sub`, and what these wait for. */
function getDependencies(template: Template, name: string, found = new Set<string>()): Set<string> {
  for (const dependency of references(template.Resources[name])) {
    if (found.has(dependency) || !Object.hasOwn(template.Resources, dependency)) continue;
    found.add(dependency);
    getDependencies(template, dependency, found);
  }
  return found;
}
