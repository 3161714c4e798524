import { newCall, type RoutedApi, type RoutedApiOptions } from "./api-options.ts";
import { StageAuthorizer, type Authorization } from "./authorization/authorization.ts";
import { methodArn, type Call } from "./call.ts";
import { getCaller } from "./authorization/caller.ts";
import { clientRequest, header } from "./client-request.ts";
import { EXPLICIT_DENY, NO_POLICY_ALLOWS } from "./authorization/denials.ts";
import {
  gatewayResponse,
  type GatewayResponseProperties,
  type GatewayResponse,
} from "./gateway-responses.ts";
import { mapHeaders, restMappings } from "./header-mapping.ts";
import { forward, isHttpProxy, type HttpProxy, type Integration } from "./http-proxy.ts";
import { invoke } from "./lambda.ts";
import { proxyResponse } from "./lambda-response.ts";
import { restIds } from "./request-ids.ts";
import { restProxyEvent, type Caller } from "./rest-event.ts";
import { findRoute, type Route } from "./routes.ts";

export interface RestApiOptions extends RoutedApiOptions {
  readonly type: "token" | "request";
  /**
   * The token validation expression of a TOKEN authorizer, searched in the value of the header: anchor it, for
   * whether AWS looks for a match or for a match of the whole is not known.
   */
  readonly tokenPattern?: RegExp;
  /** As in the template: the `Properties` of each `AWS::ApiGateway::GatewayResponse`. */
  readonly gatewayResponses?: readonly GatewayResponseProperties[];
}

/** @see https://docs.aws.amazon.com/apigateway/latest/api/API_CreateAuthorizer.html */
const DEFAULT_TTL_SECONDS = 300;
/** @see https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html */
const MAX_ARN_BYTES = 1600;

/** The exception that the response names in a header. */
const ERROR_TYPES: Readonly<Record<string, string>> = {
  ACCESS_DENIED: "AccessDeniedException",
  AUTHORIZER_CONFIGURATION_ERROR: "AuthorizerConfigurationException",
  MISSING_AUTHENTICATION_TOKEN: "MissingAuthenticationTokenException",
  UNAUTHORIZED: "UnauthorizedException",
};
const NO_ROUTE: Route = { key: "", resource: "", parameters: {} };
const NOT_FOUND = createGatewayResponse("MISSING_AUTHENTICATION_TOKEN", 403, "Missing Authentication Token");
const UNAUTHORIZED = createGatewayResponse("UNAUTHORIZED", 401, "Unauthorized");
const CONFIGURATION_ERROR = createGatewayResponse("AUTHORIZER_CONFIGURATION_ERROR", 500, null);
const URI_TOO_LONG = createGatewayResponse("DEFAULT_4XX", 414, "Request URI too long");
const INTEGRATION_FAILED = createGatewayResponse("DEFAULT_5XX", 502, "Internal server error");

/**
 * A REST API behind an authorizer, in memory.
 *
 * @example
 * const api = restApi({ type: "request", authorizer, routes: { "GET /whoami": handler } });
 * const response = await api.fetch("/whoami", { headers: { Authorization: `Bearer ${token}` } });
 */
export function restApi(options: RestApiOptions): RoutedApi {
  const { routes, openRoutes = {}, gatewayResponses = [] } = options;
  const authorizer = stageAuthorizer(options);
  const all = { ...openRoutes, ...routes };
  for (const proxy of Object.values(all).filter(isHttpProxy)) restMappings(proxy.requestParameters ?? {});
  return {
    async fetch(target, fetchOptions = {}) {
      const request = clientRequest(target, fetchOptions);
      const route = findRoute(Object.keys(all), request.method, request.path);
      const call = newCall("rest", options, request, route ?? NO_ROUTE, restIds());
      const integration = all[call.route.key];
      const answer = integration === undefined ? NOT_FOUND : await answerTo(call, integration);
      return answer instanceof Response
        ? named(call, answer)
        : gatewayResponse(answer, call, gatewayResponses);
    },
  };

  async function answerTo(call: Call, integration: Integration): Promise<Response | GatewayResponse> {
    if (Object.hasOwn(openRoutes, call.route.key)) return integrate(call, integration, undefined);
    if (Buffer.byteLength(methodArn(call)) > MAX_ARN_BYTES) return URI_TOO_LONG;
    const authorization = await authorizer.authorize(call);
    if (authorization.outcome !== "allowed") return toRejection(authorization);
    return integrate(call, integration, getCaller(authorization));
  }
}

function stageAuthorizer(options: RestApiOptions): StageAuthorizer {
  return new StageAuthorizer({
    lambda: options.authorizer,
    kind: options.type === "token" ? "rest-token" : "rest-request",
    form: "policy",
    identitySources: options.identitySources ?? ["method.request.header.Authorization"],
    tokenPattern: options.tokenPattern,
    ttlSeconds: options.ttlSeconds ?? DEFAULT_TTL_SECONDS,
  });
}

async function integrate(
  call: Call,
  integration: Integration,
  caller: Caller,
): Promise<Response | GatewayResponse> {
  if (isHttpProxy(integration)) return proxy(call, integration, caller);
  const answer = await invoke(integration, restProxyEvent(call, caller)).catch(() => undefined);
  return proxyResponse(answer) ?? INTEGRATION_FAILED;
}

/** What it answers for a backend that cannot be reached is a guess. */
async function proxy(
  call: Call,
  backend: HttpProxy,
  caller: Caller = {},
): Promise<Response | GatewayResponse> {
  const mappings = restMappings(backend.requestParameters ?? {});
  const headers = mapHeaders(call.request.headers, mappings, { ...caller });
  return forward(call, backend, headers).catch(() => INTEGRATION_FAILED);
}

/** With the names of the request, which the backend receives too. */
function named(call: Call, response: Response): Response {
  response.headers.set("x-amzn-requestid", call.requestId);
  response.headers.set("x-amz-apigw-id", call.extendedRequestId);
  response.headers.set("x-amzn-trace-id", header(call.request, "x-amzn-trace-id") ?? "");
  return response;
}

type Rejected = Exclude<Authorization, { outcome: "allowed" }>;

function toRejection(rejected: Rejected): GatewayResponse {
  switch (rejected.outcome) {
    case "identity-missing":
    case "unauthorized":
      return UNAUTHORIZED;
    case "failed":
    case "malformed":
      return CONFIGURATION_ERROR;
    case "denied": {
      const message = rejected.explicit ? EXPLICIT_DENY : NO_POLICY_ALLOWS;
      const denied = createGatewayResponse("ACCESS_DENIED", 403, message);
      return { ...denied, body: JSON.stringify({ Message: message }), context: rejected.result.context };
    }
  }
}

function createGatewayResponse(type: string, status: number, message: string | null): GatewayResponse {
  const errorType = ERROR_TYPES[type] ?? "InternalServerErrorException";
  return { type, status, message, body: JSON.stringify({ message }), errorType };
}
