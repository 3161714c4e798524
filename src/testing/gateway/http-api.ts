import { newCall, type RoutedApi, type RoutedApiOptions } from "./api-options.ts";
import { StageAuthorizer, type Authorization } from "./authorization.ts";
import type { Call } from "./call.ts";
import { flatContext, typedContext } from "./caller-context.ts";
import { clientRequest } from "./client-request.ts";
import { invoke, type Lambda } from "./lambda.ts";
import { http1ProxyEvent, http2ProxyEvent } from "./lambda-event.ts";
import { inferredResponse, proxyResponse } from "./lambda-response.ts";
import { findRoute } from "./routes.ts";

export interface HttpApiOptions extends RoutedApiOptions {
  /** The payload version of the authorizer: 2.0 unless told otherwise. */
  readonly authorizerPayload?: "1.0" | "2.0";
  /** Whether simple responses are switched on (payload 2.0 only). */
  readonly simpleResponses?: boolean;
  /** The payload version of the Lambdas behind: 2.0 unless told otherwise. */
  readonly integrationPayload?: "1.0" | "2.0";
}

/**
 * An HTTP API behind a Lambda authorizer, in memory. Its stage is `$default` and nothing is cached unless told
 * otherwise.
 *
 * @example
 * const api = httpApi({ authorizer, routes: { "GET /whoami": handler }, ttlSeconds: 300 });
 * const response = await api.fetch("/whoami", { headers: { authorization: `Bearer ${token}` } });
 */
export function httpApi(given: HttpApiOptions): RoutedApi {
  const options = { stage: "$default", ...given };
  const { routes, openRoutes = {}, integrationPayload = "2.0" } = options;
  const authorizer = new StageAuthorizer({
    lambda: options.authorizer,
    kind: options.authorizerPayload === "1.0" ? "http-1.0" : "http-2.0",
    form: options.simpleResponses === true ? "simple" : "policy",
    identitySources: options.identitySources ?? ["$request.header.Authorization"],
    ttlSeconds: options.ttlSeconds ?? 0,
  });
  const all = { ...openRoutes, ...routes };
  const integrate = integrationPayload === "1.0" ? integrate1 : integrate2;
  return {
    async fetch(target, fetchOptions = {}) {
      const request = clientRequest(target, fetchOptions);
      const route = findRoute(Object.keys(all), request.method, request.path);
      const lambda = route && all[route.key];
      if (route === undefined || lambda === undefined) return ownAnswer(404, "Not Found");
      const call = newCall(options, request, route);
      if (Object.hasOwn(openRoutes, call.route.key)) return integrate(call, lambda, undefined);
      const authorization = await authorizer.authorize(call);
      return authorization.outcome === "allowed"
        ? integrate(call, lambda, authorization)
        : refusalOf(authorization.outcome);
    },
  };
}

type Allowed = Extract<Authorization, { outcome: "allowed" }>;

async function integrate1(call: Call, lambda: Lambda, allowed: Allowed | undefined): Promise<Response> {
  const event = http1ProxyEvent(call, allowed && flatContext(allowed.result));
  return proxyResponse(await invoke(lambda, event).catch(() => undefined)) ?? failed();
}

async function integrate2(call: Call, lambda: Lambda, allowed: Allowed | undefined): Promise<Response> {
  const event = http2ProxyEvent(call, allowed && typedContext(allowed.result));
  return invoke(lambda, event).then((answer) => inferredResponse(answer) ?? failed(), failed);
}

/** @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html */
function refusalOf(outcome: Exclude<Authorization["outcome"], "allowed">): Response {
  switch (outcome) {
    case "identity-missing":
      return ownAnswer(401, "Unauthorized");
    case "denied":
      return ownAnswer(403, "Forbidden");
    // No AWS page says what a thrown `Unauthorized` does here; whoever relies on it finds out by a test that fails.
    case "unauthorized":
    case "authorizer-failed":
      return failed();
  }
}

function failed(): Response {
  return ownAnswer(500, "Internal Server Error");
}

function ownAnswer(status: number, message: string): Response {
  return Response.json({ message }, { status });
}
