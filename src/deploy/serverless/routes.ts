import type { AuthorizerReference, Provider, Service } from "./framework-types.ts";
import { findTokenParameter, WEBSOCKET_SOURCE } from "../package/identity-sources.ts";
import { httpApiAuthorizer, isSimple, restAuthorizer } from "./function-definitions.ts";
import { SECTION, type Options } from "./options.ts";

/**
 * Gives the routes that name an authorizer of the plugin what the options say of it: how long answers are kept, and by
 * what. What a route says itself stays.
 */
export function completeRoutes(service: Service, options: Options): void {
  const { name } = options.stack;
  for (const { http, httpApi, websocket } of Object.values(service.functions).flatMap(
    ({ events = [] }) => events,
  )) {
    if (typeof http === "object" && getName(http.authorizer) === name) {
      const own = toObject(http.authorizer);
      const ofRest = restAuthorizer(options, own["resultTtlInSeconds"]);
      if (Object.keys(ofRest).length > 0) http.authorizer = { ...ofRest, ...own };
    }
    // serverless-offline reads objects alone.
    if (typeof httpApi === "object" && httpApi.authorizer === name) httpApi.authorizer = { name };
    if (typeof websocket === "object" && getName(websocket.authorizer) === name)
      // Serverless's own default is a header `Auth`.
      websocket.authorizer = { identitySource: [WEBSOCKET_SOURCE], ...toObject(websocket.authorizer) };
  }
}

/** What to write where all routes that were found open are meant to be: it can be pasted. */
export function advisePublicRoutes(
  open: readonly string[],
  publicRoutes: readonly string[],
): readonly string[] {
  if (open.length === 0) return [];
  // As JSON, which YAML takes too: a route may have braces.
  const all = [...new Set([...publicRoutes, ...open])].map((route) => JSON.stringify(route));
  return [
    `If these routes are meant to be public, write under ${SECTION}: publicRoutes: [${all.join(", ")}]`,
  ];
}

/** The query parameter in which clients of a WebSocket send their token, if the function has to be told of it. */
export function findServiceTokenParameter(service: Service, name: string): string | undefined {
  const sources = Object.values(service.functions)
    .flatMap(({ events = [] }) => events)
    .flatMap(({ websocket }) => (typeof websocket === "object" ? [websocket.authorizer] : []))
    .filter((authorizer) => getName(authorizer) === name)
    .flatMap((authorizer) => toObject(authorizer)["identitySource"] ?? []);
  return findTokenParameter(sources.filter((source) => typeof source === "string"));
}

/**
 * Adds the authorizer for the service's HTTP API, under its name. What the service says of it itself, such as an
 * identity source, stays.
 *
 * @returns what is wrong with that
 */
export function addHttpApiAuthorizer(provider: Provider, options: Options): readonly string[] {
  const { name } = options.stack;
  const httpApi = (provider.httpApi ??= {});
  const theirs = httpApi.authorizers?.[name] ?? {};
  const path = `provider.httpApi.authorizers.${name}`;
  const { type = "request", functionName = name, functionArn, enableSimpleResponses } = theirs;
  if (type !== "request" || functionName !== name || functionArn !== undefined)
    return [`${path} is another authorizer already: give the plugin another name`];
  const simple = isSimple(options.settings);
  if (enableSimpleResponses !== undefined && enableSimpleResponses !== simple)
    return [
      `${path}.enableSimpleResponses is ${JSON.stringify(enableSimpleResponses)}, and the function would answer ` +
        `otherwise, so that every call ends in 500: set httpApiResponse: ${simple ? "policy" : "simple"}`,
    ];
  httpApi.authorizers = {
    ...httpApi.authorizers,
    [name]: { ...httpApiAuthorizer(options), ...theirs, functionName: name },
  };
  return [];
}

/**
 * Serverless defines no authorizer for an HTTP API of another stack, but takes the ID of one: that of a resource which
 * the plugin adds.
 *
 * @returns whether there is a route with this authorizer
 */
export function referToAuthorizer(service: Service, name: string, authorizerId: string): boolean {
  let isUsed = false;
  for (const { httpApi } of Object.values(service.functions).flatMap(({ events = [] }) => events)) {
    if (typeof httpApi !== "object" || getName(httpApi.authorizer) !== name) continue;
    httpApi.authorizer = { id: { Ref: authorizerId }, type: "request" };
    isUsed = true;
  }
  return isUsed;
}

export function getName(authorizer: AuthorizerReference | undefined): unknown {
  return typeof authorizer === "object" ? authorizer["name"] : authorizer;
}

function toObject(authorizer: AuthorizerReference | undefined): Readonly<Record<string, unknown>> {
  return typeof authorizer === "object" ? authorizer : { name: authorizer };
}
