import { newCall, type RoutedApi, type RoutedApiOptions } from "./api-options.ts";
import { StageAuthorizer, type Authorization } from "./authorization/authorization.ts";
import { checkHttpAuthorizer } from "./authorization/authorizer-settings.ts";
import { checkStageVariables } from "./stage-variables.ts";
import type { Call } from "./call.ts";
import { clientRequest, type ClientRequest } from "./client-request.ts";
import { http1ProxyEvent, http2ProxyEvent } from "./http-event.ts";
import { httpMappings, mapHeaders } from "./header-mapping.ts";
import { forward, type HttpProxy } from "./http-proxy.ts";
import { isHttpProxy, toLambdaProxy, type Integration } from "./integration.ts";
import { invoke, type Lambda } from "./lambda.ts";
import { inferredResponse, proxyResponse } from "./lambda-response.ts";
import { toHttpPaths, toPlainPaths } from "./paths.ts";
import { httpIds } from "./request-ids.ts";
import { isStreaming } from "./response-stream.ts";
import { checkRoutes, findRoute, type Route } from "./routes.ts";

export interface HttpApiOptions extends RoutedApiOptions {
  /** The payload version of the authorizer: 2.0 by default. */
  readonly authorizerPayload?: "1.0" | "2.0";
  /** Whether simple responses are switched on (payload 2.0 only). */
  readonly simpleResponses?: boolean;
  /** The payload version of the backend: 2.0 by default. */
  readonly integrationPayload?: "1.0" | "2.0";
}

/**
 * An HTTP API behind a Lambda authorizer, in memory. Its stage is `$default` and nothing is cached by
 * default.
 *
 * @example
 * const api = httpApi({ authorizer, routes: { "GET /whoami": handler }, ttlSeconds: 300 });
 * const response = await api.fetch("/whoami", { headers: { authorization: `Bearer ${token}` } });
 */
export function httpApi(given: HttpApiOptions): RoutedApi {
  checkHttpAuthorizer(given);
  const options = { stage: "$default", ...given };
  const { routes, openRoutes = {} } = options;
  const authorizer = stageAuthorizer(options);
  const all = { ...openRoutes, ...routes };
  checkRoutes("http", Object.keys(all));
  checkStageVariables(options.stageVariables);
  for (const backend of Object.values(all)) checkHttpIntegration(backend);
  const invokeBehind = options.integrationPayload === "1.0" ? integrate1 : integrate2;
  const integrate = (
    call: Call,
    integration: Integration,
    allowed: Allowed | undefined,
  ): Promise<Response> =>
    isHttpProxy(integration)
      ? proxy(call, integration, allowed)
      : invokeBehind(call, toLambdaProxy(integration).lambda, allowed);
  return {
    async fetch(target, fetchOptions = {}) {
      const request = clientRequest(target, fetchOptions);
      const paths = toHttpPaths(request.path, options.stage);
      if (paths === undefined) return undecodable(options, request);
      const route = findRoute("http", Object.keys(all), request.method, paths.routed) ?? NO_ROUTE;
      const call = newCall("http", options, request, { route, paths }, httpIds());
      const integration = all[route.key];
      if (integration === undefined) return gatewayResponse(call, 404, "Not Found");
      if (Object.hasOwn(openRoutes, route.key)) return integrate(call, integration, undefined);
      const authorization = await authorizer.authorize(call);
      return authorization.outcome === "allowed"
        ? integrate(call, integration, authorization)
        : toRejection(call, authorization.outcome);
    },
  };
}

type Allowed = Extract<Authorization, { outcome: "allowed" }>;

const NO_ROUTE: Route = { key: "", resource: "", parameters: {} };

function stageAuthorizer(options: HttpApiOptions): StageAuthorizer {
  return new StageAuthorizer({
    lambda: options.authorizer,
    kind: options.authorizerPayload === "1.0" ? "http-1.0" : "http-2.0",
    form: options.simpleResponses === true ? "simple" : "policy",
    identitySources: options.identitySources ?? ["$request.header.Authorization"],
    ttlSeconds: options.ttlSeconds ?? 0,
  });
}

/** @throws Error that says what to change */
function checkHttpIntegration(integration: Integration): void {
  if (isHttpProxy(integration)) {
    httpMappings(integration.requestParameters ?? {});
    return;
  }
  const { lambda, requestParameters, tenantIsolation } = toLambdaProxy(integration);
  if (isStreaming(lambda)) throw new Error("An HTTP API cannot stream responses: a REST API can");
  if (requestParameters !== undefined || tenantIsolation === true) {
    throw new Error("requestParameters and tenantIsolation of a Lambda are for REST APIs");
  }
}

/** The body is a guess. */
function undecodable(options: HttpApiOptions, request: Required<ClientRequest>): Response {
  const reached = { route: NO_ROUTE, paths: toPlainPaths(request.path, "$default") };
  return gatewayResponse(newCall("http", options, request, reached, httpIds()), 400, "Bad Request");
}

/** Which types the context's values have with payload 1.0 behind is a guess. */
async function integrate1(call: Call, lambda: Lambda, allowed: Allowed | undefined): Promise<Response> {
  const event = http1ProxyEvent(call, allowed?.result.context);
  const answer = await invoke(lambda, event).catch(() => undefined);
  return named(call, proxyResponse(answer) ?? failed(call));
}

/** `authorizer.lambda` and nothing beside it; that it is `{}` for an answer without a context is a guess. */
async function integrate2(call: Call, lambda: Lambda, allowed: Allowed | undefined): Promise<Response> {
  const event = http2ProxyEvent(call, allowed?.result.context);
  const response = await invoke(lambda, event).then(inferredResponse, () => undefined);
  return named(call, response ?? failed(call));
}

/** What it answers for a backend that cannot be reached is a guess. */
async function proxy(call: Call, backend: HttpProxy, allowed: Allowed | undefined): Promise<Response> {
  const mappings = httpMappings(backend.requestParameters ?? {});
  const headers = mapHeaders(call.request.headers, mappings, allowed?.result.context ?? {});
  const response = await forward(call, backend, headers).catch(() => undefined);
  return response === undefined ? gatewayResponse(call, 503, "Service Unavailable") : named(call, response);
}

/** @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html */
function toRejection(call: Call, outcome: Exclude<Authorization["outcome"], "allowed">): Response {
  switch (outcome) {
    case "identity-missing":
    case "unauthorized":
      return gatewayResponse(call, 401, "Unauthorized");
    case "denied":
      return gatewayResponse(call, 403, "Forbidden");
    case "failed":
    case "malformed":
      return failed(call);
  }
}

function failed(call: Call): Response {
  return gatewayResponse(call, 500, "Internal Server Error");
}

function gatewayResponse(call: Call, status: number, message: string): Response {
  const body = JSON.stringify({ message });
  const headers = { "content-type": "application/json", "content-length": String(Buffer.byteLength(body)) };
  return named(call, new Response(body, { status, headers }));
}

/** With the name of the request: on the wire `Apigw-Requestid`, in lower case where the gateway itself answers. */
function named({ requestId }: Call, response: Response): Response {
  response.headers.set("apigw-requestid", requestId);
  return response;
}
