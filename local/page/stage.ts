import { createAuthorizer } from "../../src/authorizer/create-authorizer.ts";
import { settingsFromEnvironment } from "../../src/settings/settings.ts";
import { httpApi } from "../../src/testing/gateway/http-api.ts";
import type { RoutedApi } from "../../src/testing/gateway/api-options.ts";
import type { Lambda } from "../../src/testing/gateway/lambda.ts";
import { restApi } from "../../src/testing/gateway/rest-api.ts";
import { webSocketApi, type WebSocketApi } from "../../src/testing/gateway/websocket-api.ts";
import { connect, handler } from "../../infra/whoami/handler.ts";
import type { Gateway, StageOptions } from "./client/trace.ts";
import { recordedAuthorizer, recordedLambda, recordLog } from "./recorder.ts";

/** API Gateway's default for REST APIs. */
export const TTL_SECONDS = 300;

/** All five kinds of API, with a cache and a container of the authorizer of their own. */
export interface Stage {
  readonly routed: Readonly<Record<Exclude<Gateway, "websocket">, RoutedApi>>;
  readonly webSocket: WebSocketApi;
  /** Sets the clock of its gateways and its container: so many seconds ahead of the machine's. */
  setClockAhead(seconds: number): void;
}

/** What the authorizer of a stage is given. */
export interface StageSettings {
  /** By environment variable. */
  readonly settings: NodeJS.ProcessEnv;
  /** AWS's variables, for the table of revocations. */
  readonly aws: NodeJS.ProcessEnv;
}

/** A stage that no one has called yet, in the project's gateway emulator. */
export function createStage(
  { settings, aws }: StageSettings,
  { clockAheadSeconds, ttlSeconds }: StageOptions,
): Stage {
  let ahead = clockAheadSeconds;
  const clock = (): number => Date.now() + ahead * 1000;
  const container = (changes: NodeJS.ProcessEnv): Lambda =>
    recordedAuthorizer(
      createAuthorizer(settingsFromEnvironment({ ...settings, ...changes }), {
        ...{ clock, write: recordLog, env: aws },
      }),
    );
  const authorizer = container({});
  const whoami = recordedLambda(handler);
  const common = {
    authorizer,
    clock,
    routes: { "GET /whoami": whoami, "GET /messages/{id}": whoami },
    ttlSeconds,
  };
  const simple = container({ AUTHORIZER_HTTP_API_RESPONSE: "simple" });
  return {
    setClockAhead: (seconds) => void (ahead = seconds),
    routed: {
      "rest-token": restApi({ ...common, type: "token" }),
      "rest-request": restApi({ ...common, type: "request" }),
      "http-policy": httpApi(common),
      "http-simple": httpApi({ ...common, authorizer: simple, simpleResponses: true }),
    },
    webSocket: webSocketApi({
      authorizer,
      clock,
      identitySources: ["route.request.header.Sec-WebSocket-Protocol"],
      routes: { $connect: connect, $default: whoami },
    }),
  };
}
