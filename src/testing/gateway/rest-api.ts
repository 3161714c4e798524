import { newCall, toAddress, type RoutedApi, type RoutedApiOptions } from "./api-options.ts";
import { StageAuthorizer, type Authorization } from "./authorization/authorization.ts";
import type { AuthorizerResult } from "./authorization/authorizer-result.ts";
import { methodArn, type Call } from "./call.ts";
import { getCaller } from "./authorization/caller.ts";
import { clientRequest } from "./client-request.ts";
import { EXPLICIT_DENY, NO_POLICY_ALLOWS } from "./authorization/denials.ts";
import {
  gatewayResponse,
  type GatewayResponseProperties,
  type GatewayResponse,
} from "./gateway-responses.ts";
import { checkStageVariables } from "./stage-variables.ts";
import type { Integration } from "./integration.ts";
import { toRestPaths } from "./paths.ts";
import { restIds } from "./request-ids.ts";
import { checkRestIntegration, integrate, named } from "./rest-integration.ts";
import { checkRoutes, findRoute, type Route } from "./routes.ts";

export interface RestApiOptions extends RoutedApiOptions {
  readonly type: "token" | "request";
  /**
   * The token validation expression of a TOKEN authorizer, searched in the value of the header: anchor it, for
   * whether AWS looks for a match or for a match of the whole is not known.
   */
  readonly tokenPattern?: RegExp;
  /**
   * The base path of a custom domain, `/v1`: in the paths of events, and neither in `resource` nor in ARNs.
   * Requests come without it, as without the stage.
   */
  readonly basePath?: string;
  /**
   * The API keys in usage plans of the stage. Where given, the API takes its keys from the authorizer
   * (`apiKeySource: AUTHORIZER`) and every one of `routes` needs one: another `usageIdentifierKey`, or none, is 403.
   */
  readonly apiKeys?: readonly string[];
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
  INVALID_API_KEY: "ForbiddenException",
  MISSING_AUTHENTICATION_TOKEN: "MissingAuthenticationTokenException",
  UNAUTHORIZED: "UnauthorizedException",
};
const NO_ROUTE: Route = { key: "", resource: "", parameters: {} };
const NOT_FOUND = createGatewayResponse("MISSING_AUTHENTICATION_TOKEN", 403, "Missing Authentication Token");
const UNAUTHORIZED = createGatewayResponse("UNAUTHORIZED", 401, "Unauthorized");
const CONFIGURATION_ERROR = createGatewayResponse("AUTHORIZER_CONFIGURATION_ERROR", 500, null);
const FORBIDDEN = createGatewayResponse("INVALID_API_KEY", 403, "Forbidden");
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
  const { routes, openRoutes = {}, gatewayResponses = [], apiKeys } = options;
  const authorizer = stageAuthorizer(options);
  const all = { ...openRoutes, ...routes };
  checkRoutes("rest", Object.keys(all));
  checkStageVariables(options.stageVariables);
  const { stage } = toAddress(options);
  for (const integration of Object.values(all)) checkRestIntegration(integration);
  checkApiKeys(options.apiKeys);
  return {
    async fetch(target, fetchOptions = {}) {
      const request = clientRequest(target, fetchOptions);
      const paths = toRestPaths(request.path, stage, options.basePath ?? "");
      const route = findRoute("rest", Object.keys(all), request.method, paths.routed) ?? NO_ROUTE;
      const call = newCall("rest", options, request, { route, paths }, restIds());
      const integration = all[call.route.key];
      const answer = integration === undefined ? NOT_FOUND : await answerTo(call, integration);
      return answer instanceof Response
        ? named(call, answer)
        : gatewayResponse(answer, call, gatewayResponses);
    },
  };

  async function answerTo(call: Call, integration: Integration): Promise<Response | GatewayResponse> {
    if (Object.hasOwn(openRoutes, call.route.key)) {
      return (await integrate(call, integration, undefined)) ?? INTEGRATION_FAILED;
    }
    if (Buffer.byteLength(methodArn(call)) > MAX_ARN_BYTES) return URI_TOO_LONG;
    const authorization = await authorizer.authorize(call);
    if (authorization.outcome !== "allowed") return toRejection(authorization);
    const apiKey = getUsageKey(authorization.result);
    if (apiKeys !== undefined && !(apiKey !== undefined && apiKeys.includes(apiKey))) return FORBIDDEN;
    const counted = apiKeys === undefined ? call : { ...call, apiKey };
    return (await integrate(counted, integration, getCaller(authorization))) ?? INTEGRATION_FAILED;
  }
}

/** @see https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html */
const API_KEY = /^[A-Za-z0-9]{20,128}$/;

function checkApiKeys(apiKeys: readonly string[] = []): void {
  if (apiKeys.every((key) => API_KEY.test(key))) return;
  throw new Error("An API key has 20 to 128 letters and digits: change apiKeys");
}

function getUsageKey(result: AuthorizerResult): string | undefined {
  return result.form === "policy" ? result.usageIdentifierKey : undefined;
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
