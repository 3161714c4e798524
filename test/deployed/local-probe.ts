import { createRequire } from "node:module";
import { HandshakeError, httpApi, restApi, webSocketApi } from "../../src/testing/index.ts";
import type { Lambda, RoutedApi, WebSocketApi } from "../../src/testing/index.ts";
import { credentialsOf, KINDS, pathOf, queryOf, replyOf } from "./probe.ts";
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
  const common = (kind: Kind) => ({
    authorizer: authorizer(clock),
    routes: { [`GET ${pathOf(kind, "one").replace("one", "{route}")}`]: echo },
    openRoutes: { [`GET ${pathOf(kind, "open")}`]: echo },
    ttlSeconds,
    clock,
  });
  const tokenPattern = /^Bearer [A-Za-z0-9_-]+$/;
  return {
    routed: {
      "REST TOKEN": restApi({ ...common("REST TOKEN"), type: "token", tokenPattern }),
      "REST REQUEST": restApi({ ...common("REST REQUEST"), type: "request" }),
      "HTTP 1.0": httpApi({ ...common("HTTP 1.0"), authorizerPayload: "1.0" }),
      "HTTP 2.0": httpApi(common("HTTP 2.0")),
      "HTTP simple": httpApi({ ...common("HTTP simple"), simpleResponses: true }),
    },
    webSocket: webSocketApi({
      authorizer: authorizer(clock),
      routes: { $connect: connect, $default: echo },
      clock,
    }),
  };
}

/** Asks the kit's gateways, in memory and without waiting. */
export function localProbe(ttlSeconds = TTL_SECONDS): Probe {
  let now = Date.now();
  const clock = (): number => now;
  const { routed, webSocket } = localApis(clock, ttlSeconds);
  return {
    kinds: KINDS,
    now: clock,
    pause: (seconds) => {
      now += seconds * 1000;
      return Promise.resolve();
    },
    async ask(kind, question) {
      if (kind === "WebSocket") return overWebSocket(webSocket, question);
      const headers = credentialsOf(kind, question).map((value) => ["Authorization", value] as const);
      const response = await routed[kind]?.fetch(pathOf(kind, question.route ?? "one"), { headers });
      if (response === undefined) throw new Error(`no ${kind}`);
      return replyOf(response.status, await response.text());
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
