import { newCall, type ApiOptions } from "./api-options.ts";
import { StageAuthorizer } from "./authorization.ts";
import type { Call } from "./call.ts";
import { callerOf } from "./caller.ts";
import { clientRequest, headerValues, type FetchOptions } from "./client-request.ts";
import { badRequest, HandshakeRefused, refusalOf } from "./handshake-refused.ts";
import { invoke } from "./lambda.ts";
import { OpenConnection, type Connection } from "./open-connection.ts";
import { webSocketIds } from "./request-ids.ts";
import { connectEvent } from "./websocket-event.ts";

export { HandshakeRefused, type Connection };

export interface WebSocketApiOptions extends ApiOptions {
  /** `route.request.header.Auth` is Serverless's default; browsers need `route.request.querystring.access_token`. */
  readonly identitySources?: readonly string[];
  /** Which property of a JSON message names its route. */
  readonly routeSelection?: `$request.body.${string}`;
}

export interface WebSocketApi {
  /**
   * Opens a connection.
   *
   * @param target query and nothing else: `?access_token=…`
   * @throws HandshakeRefused with the status, the headers and the body that the client gets
   */
  connect(target?: string, options?: FetchOptions): Promise<Connection>;
}

/** @see https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html */
const MAX_RESULT_BYTES = 8 * 1024;
const ROUTE = { key: "$connect", resource: "$connect", parameters: {} };

/**
 * A WebSocket API behind an authorizer, in memory. Only `$connect` is authorized; what the authorizer said then
 * comes with every later message.
 *
 * @example
 * const api = webSocketApi({ authorizer, routes: { $connect: connect, $default: message } });
 * const connection = await api.connect(`?access_token=${token}`);
 * await connection.send({ action: "greet" });
 */
export function webSocketApi(options: WebSocketApiOptions): WebSocketApi {
  const { routes } = options;
  const authorizer = stageAuthorizer(options);
  return {
    async connect(target = "", fetchOptions = {}) {
      const request = clientRequest(target, fetchOptions);
      const call = newCall("websocket", options, request, ROUTE, webSocketIds());
      if (headerValues(call.request, "authorization").length > 1) throw badRequest();
      const authorization = await authorizer.authorize(call);
      if (authorization.outcome !== "allowed") throw refusalOf(call, authorization);
      const { integrationLatency, ...caller } = callerOf(authorization);
      if (routes["$connect"] !== undefined) {
        const event = connectEvent(call, { ...caller, integrationLatency });
        refuseUnlessConnected(await invoke(routes["$connect"], event).catch(() => undefined));
      }
      return opened(options, call, caller);
    },
  };
}

function stageAuthorizer({ authorizer, identitySources }: WebSocketApiOptions): StageAuthorizer {
  return new StageAuthorizer({
    lambda: authorizer,
    kind: "websocket",
    form: "policy",
    identitySources: identitySources ?? ["route.request.querystring.access_token"],
    ttlSeconds: 0,
    maxResultBytes: MAX_RESULT_BYTES,
  });
}

/** @param caller how long the authorizer took is told to the `$connect` alone, and not here */
function opened(options: WebSocketApiOptions, handshake: Call, caller: object): Connection {
  const { routes, routeSelection = "$request.body.action" } = options;
  return new OpenConnection({
    routes,
    caller,
    routeSelection,
    connectedAt: handshake.time,
    nextCall: (body) =>
      newCall(
        "websocket",
        options,
        { ...handshake.request, body },
        ROUTE,
        webSocketIds(handshake.connectionId),
      ),
  });
}

/** @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-route-keys-connect-disconnect.html */
function refuseUnlessConnected(answer: unknown): void {
  const code = (answer as { statusCode?: unknown } | null | undefined)?.statusCode;
  const status = typeof code === "number" ? code : 500;
  if (status >= 300) throw new HandshakeRefused(status);
}
