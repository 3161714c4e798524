import { createRequire } from "node:module";
import { HandshakeError, httpApi, restApi, webSocketApi } from "../../src/testing/index.ts";
import type { HttpApiOptions, Lambda, RoutedApi, WebSocketApi } from "../../src/testing/index.ts";
import { ALL_KINDS, credentialsOf, KEYED_KINDS, pathOf, queryOf, replyOf } from "./probe.ts";
import type { Kind, Probe, Question, Reply } from "./probe.ts";

const { authorizer, echo, connect } = createRequire(import.meta.url)("./probe.cjs") as {
  readonly authorizer: (clock: () => number) => Lambda;
  readonly echo: Lambda;
  readonly connect: Lambda;
};

/** The TTL of `serverless.yml`. */
const TTL_SECONDS = 60;

/** The kit's gateways with the same routes and settings as in `serverless.yml`, and a clock of their own. */
export function localApis(
  clock: () => number,
  ttlSeconds = TTL_SECONDS,
): {
  routed: Record<string, RoutedApi>;
  webSocket: WebSocketApi;
} {
  const common = (kind: Kind) => ({ ...toOptions(kind), clock, ttlSeconds, authorizer: authorizer(clock) });
  const rest = (kind: Kind, ...further: string[]): RoutedApi => {
    const identitySources = ["method.request.header.Authorization", ...further];
    return restApi({ ...common(kind), identitySources, type: "request" });
  };
  const http = (kind: Kind, ...further: string[]): RoutedApi => {
    const identitySources = ["$request.header.Authorization", ...further];
    const authorizerPayload = kind.startsWith("HTTP 1.0") ? "1.0" : "2.0";
    return httpApi({ ...common(kind), identitySources, authorizerPayload });
  };
  const tokenPattern = /^Bearer [A-Za-z0-9_-]+$/;
  const routed: Record<Exclude<Kind, "WebSocket">, RoutedApi> = {
    "REST TOKEN": restApi({ ...common("REST TOKEN"), type: "token", tokenPattern }),
    "REST REQUEST": rest("REST REQUEST"),
    "HTTP 1.0": http("HTTP 1.0"),
    "HTTP 2.0": http("HTTP 2.0"),
    "HTTP simple": httpApi({ ...common("HTTP simple"), simpleResponses: true }),
    "REST by method and path": rest("REST by method and path", "context.httpMethod", "context.path"),
    "REST by resource path": rest("REST by resource path", "context.resourcePath"),
    "REST by stage variable": rest("REST by stage variable", "stageVariables.probe"),
    "HTTP 1.0 by route key": http("HTTP 1.0 by route key", "$context.routeKey"),
    "HTTP 2.0 by route key": http("HTTP 2.0 by route key", "$context.routeKey"),
    "HTTP 2.0 by method and path": http(
      "HTTP 2.0 by method and path",
      "$context.httpMethod",
      "$context.path",
    ),
    "HTTP 2.0 by stage variable": http("HTTP 2.0 by stage variable", "$stageVariables.probe"),
  };
  const routes = { $connect: connect, $default: echo };
  return { routed, webSocket: webSocketApi({ authorizer: authorizer(clock), routes, clock }) };
}

/** Two routes with every method where the identity sources are more than the token; elsewhere as many as are asked. */
function toOptions(kind: Kind): Pick<HttpApiOptions, "routes" | "openRoutes" | "stageVariables"> {
  const route = pathOf(kind, "{route}");
  const openRoutes = { [`GET ${pathOf(kind, "open")}`]: echo };
  const stageVariables = { probe: "one" };
  if (KEYED_KINDS.some((keyed) => keyed === kind)) {
    return { routes: { [`ANY ${route}`]: echo, [`ANY ${route}/more`]: echo }, openRoutes, stageVariables };
  }
  return {
    routes: { [`GET ${route}`]: echo, [`POST ${pathOf(kind, "fall/admin")}`]: echo },
    openRoutes: { ...openRoutes, [`ANY ${pathOf(kind, "fall/{proxy+}")}`]: echo },
    stageVariables,
  };
}

/** Asks the kit's gateways, in memory and without waiting. */
export function localProbe(ttlSeconds = TTL_SECONDS): Probe {
  let now = Date.now();
  const clock = (): number => now;
  const { routed, webSocket } = localApis(clock, ttlSeconds);
  return {
    kinds: ALL_KINDS,
    now: clock,
    pause: (seconds) => {
      now += seconds * 1000;
      return Promise.resolve();
    },
    async ask(kind, question) {
      if (kind === "WebSocket") return overWebSocket(webSocket, question);
      const headers = credentialsOf(kind, question).map((value) => ["Authorization", value] as const);
      const { method = "GET", route = "one", tells } = question;
      const response = await routed[kind]?.fetch(pathOf(kind, route), { method, headers });
      if (response === undefined) throw new Error(`no ${kind}`);
      return replyOf(response.status, await response.text(), tells);
    },
  };
}

async function overWebSocket(api: WebSocketApi, question: Question): Promise<Reply> {
  const headers = (question.authorizationHeaders ?? []).map((value) => ["Authorization", value] as const);
  try {
    const connection = await api.connect(queryOf(credentialsOf("WebSocket", question)), { headers });
    const answer = (await connection.send("hello")) as { body: string };
    return replyOf(200, answer.body);
  } catch (error) {
    if (!(error instanceof HandshakeError)) throw error;
    return replyOf(error.status, error.body);
  }
}
