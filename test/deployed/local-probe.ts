import { randomUUID } from "node:crypto";
import { createRequire } from "node:module";
import { HandshakeRefused, httpApi, restApi, webSocketApi } from "../../src/testing/index.ts";
import type { Lambda, RoutedApi, WebSocketApi } from "../../src/testing/index.ts";
import { KINDS, pathOf, replyOf, tokenOf, type Kind, type Probe, type Reply } from "./probe.ts";

const { authorizer, echo, connect } = createRequire(import.meta.url)("./probe.cjs") as {
  readonly authorizer: (clock: () => number) => Lambda;
  readonly echo: Lambda;
  readonly connect: Lambda;
};

/** The kit's gateways with the same routes and settings as in `serverless.yml`, and a clock of their own. */
export function localApis(clock: () => number): {
  routed: Record<string, RoutedApi>;
  webSocket: WebSocketApi;
} {
  const common = (kind: Kind) => ({
    authorizer: authorizer(clock),
    routes: { [`GET ${pathOf(kind, "one").replace("one", "{route}")}`]: echo },
    openRoutes: { [`GET ${pathOf(kind, "open")}`]: echo },
    ttlSeconds: 60,
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
export function localProbe(): Probe {
  let now = Date.now();
  const clock = (): number => now;
  const { routed, webSocket } = localApis(clock);
  return {
    kinds: KINDS,
    now: clock,
    pause: (seconds) => {
      now += seconds * 1000;
      return Promise.resolve();
    },
    async ask(kind, { turns, token = turns && tokenOf(turns, randomUUID()), route = "one" }) {
      if (kind === "WebSocket") return overWebSocket(webSocket, token);
      const headers = token === undefined ? {} : { Authorization: `Bearer ${token}` };
      const response = await routed[kind]?.fetch(pathOf(kind, route), { headers });
      if (response === undefined) throw new Error(`no ${kind}`);
      return replyOf(response.status, await response.text());
    },
  };
}

async function overWebSocket(api: WebSocketApi, token: string | undefined): Promise<Reply> {
  try {
    const connection = await api.connect(token === undefined ? "" : `?access_token=${token}`);
    const answer = (await connection.send("hello")) as { body: string };
    return replyOf(200, answer.body);
  } catch (error) {
    if (!(error instanceof HandshakeRefused)) throw error;
    return replyOf(error.status, "");
  }
}
