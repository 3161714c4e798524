import { newCall, type RoutedApi, type RoutedApiOptions } from "./api-options.ts";
import { StageAuthorizer, type Authorization } from "./authorization.ts";
import { methodArn, type Call } from "./call.ts";
import { stringContext } from "./caller-context.ts";
import { clientRequest } from "./client-request.ts";
import { gatewayResponse, type GatewayResponseProperties, type OwnAnswer } from "./gateway-responses.ts";
import { invoke, type Lambda } from "./lambda.ts";
import { restProxyEvent } from "./lambda-event.ts";
import { proxyResponse } from "./lambda-response.ts";
import { findRoute } from "./routes.ts";

export interface RestApiOptions extends RoutedApiOptions {
  readonly type: "token" | "request";
  /** The token validation expression of a TOKEN authorizer, matched against the whole header. */
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
const NOT_FOUND = ownAnswer("MISSING_AUTHENTICATION_TOKEN", 403, "Missing Authentication Token");
const UNAUTHORIZED = ownAnswer("UNAUTHORIZED", 401, "Unauthorized");
const CONFIGURATION_ERROR = ownAnswer("AUTHORIZER_CONFIGURATION_ERROR", 500, null);
const URI_TOO_LONG = ownAnswer("DEFAULT_4XX", 414, "Request URI too long");
const INTEGRATION_FAILED = ownAnswer("DEFAULT_5XX", 502, "Internal server error");

/**
 * A REST API behind an authorizer, in memory.
 *
 * @example
 * const api = restApi({ type: "request", authorizer, routes: { "GET /whoami": handler } });
 * const response = await api.fetch("/whoami", { headers: { Authorization: `Bearer ${token}` } });
 */
export function restApi(options: RestApiOptions): RoutedApi {
  const { routes, openRoutes = {}, gatewayResponses = [] } = options;
  const authorizer = new StageAuthorizer({
    lambda: options.authorizer,
    kind: options.type === "token" ? "rest-token" : "rest-request",
    form: "policy",
    identitySources: options.identitySources ?? ["method.request.header.Authorization"],
    tokenPattern: options.tokenPattern,
    ttlSeconds: options.ttlSeconds ?? DEFAULT_TTL_SECONDS,
  });
  const all = { ...openRoutes, ...routes };
  return {
    async fetch(target, fetchOptions = {}) {
      const request = clientRequest(target, fetchOptions);
      const route = findRoute(Object.keys(all), request.method, request.path);
      const call = newCall(options, request, route ?? { key: "", resource: "", parameters: {} });
      const lambda = all[call.route.key];
      const answer = lambda === undefined ? NOT_FOUND : await answerTo(call, lambda);
      return answer instanceof Response ? answer : gatewayResponse(answer, call, gatewayResponses);
    },
  };

  async function answerTo(call: Call, lambda: Lambda): Promise<Response | OwnAnswer> {
    if (Object.hasOwn(openRoutes, call.route.key)) return integrate(restProxyEvent(call, undefined), lambda);
    if (Buffer.byteLength(methodArn(call)) > MAX_ARN_BYTES) return URI_TOO_LONG;
    const authorization = await authorizer.authorize(call);
    if (authorization.outcome !== "allowed") return refusalOf(authorization);
    const caller = contextOrNone(authorization);
    return caller === undefined ? CONFIGURATION_ERROR : integrate(restProxyEvent(call, caller), lambda);
  }
}

async function integrate(event: object, lambda: Lambda): Promise<Response | OwnAnswer> {
  const answer = await invoke(lambda, event).catch(() => undefined);
  return proxyResponse(answer) ?? INTEGRATION_FAILED;
}

type Refused = Exclude<Authorization, { outcome: "allowed" }>;
type Allowed = Extract<Authorization, { outcome: "allowed" }>;

function refusalOf(refused: Refused): OwnAnswer {
  switch (refused.outcome) {
    case "identity-missing":
    case "unauthorized":
      return UNAUTHORIZED;
    case "authorizer-failed":
      return CONFIGURATION_ERROR;
    case "denied": {
      const message = `User is not authorized to access this resource${refused.explicit ? " with an explicit deny" : ""}`;
      const denied = ownAnswer("ACCESS_DENIED", 403, message);
      return { ...denied, body: JSON.stringify({ Message: message }), context: refused.result.context };
    }
  }
}

function contextOrNone({ result }: Allowed): object | undefined {
  try {
    return stringContext(result);
  } catch {
    return undefined;
  }
}

function ownAnswer(type: string, status: number, message: string | null): OwnAnswer {
  const errorType = ERROR_TYPES[type] ?? "InternalServerErrorException";
  return { type, status, message, body: JSON.stringify({ message }), errorType };
}
