import { newCall, type ApiOptions } from "./api-options.ts";
import { StageAuthorizer } from "./authorization/authorization.ts";
import type { Call } from "./call.ts";
import { getCaller } from "./authorization/caller.ts";
import { clientRequest, fields, headerValues, type FetchOptions } from "./client-request.ts";
import { badRequest, HandshakeError, toRejection } from "./handshake-error.ts";
import { invoke } from "./lambda.ts";
import { OpenConnection, type Connection, type Handshake } from "./open-connection.ts";
import { toPlainPaths } from "./paths.ts";
import { webSocketIds } from "./request-ids.ts";
import { offer, selectedSubprotocol, SubprotocolError } from "./subprotocol.ts";
import { connectEvent } from "./websocket-event.ts";

export { HandshakeError, SubprotocolError, type Connection };

export interface WebSocketApiOptions extends ApiOptions {
  /**
   * `route.request.querystring.access_token`, by default. A token among the subprotocols needs
   * `route.request.header.Sec-WebSocket-Protocol`; Serverless's own default is `route.request.header.Auth`.
   */
  readonly identitySources?: readonly string[];
  /** Which property of a JSON message names its route. */
  readonly routeSelection?: `$request.body.${string}`;
}

/** What a client says when it opens a connection. */
export interface ConnectOptions extends Pick<FetchOptions, "headers"> {
  /** The subprotocols that it offers, as `new WebSocket(address, protocols)` takes them: `["bearer", token]`. */
  readonly protocols?: readonly string[];
}

export interface WebSocketApi {
  /**
   * Opens a connection.
   *
   * @param target query and nothing else: `?access_token=…`
   * @throws HandshakeError with the status, the headers and the body that the client gets
   * @throws SubprotocolError where a browser would end the handshake
   */
  connect(target?: string, options?: ConnectOptions): Promise<Connection>;
}

/** @see https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html */
const MAX_RESULT_BYTES = 8 * 1024;
const CONNECT = {
  route: { key: "$connect", resource: "$connect", parameters: {} },
  paths: toPlainPaths("/", "$default"),
};

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
    async connect(target = "", { headers, protocols = [] } = {}) {
      const sent = [...fields(headers), ...offer(protocols)];
      const request = clientRequest(target, { headers: sent });
      const call = newCall("websocket", options, request, CONNECT, webSocketIds());
      if (headerValues(call.request, "authorization").length > 1) throw badRequest();
      const authorization = await authorizer.authorize(call);
      if (authorization.outcome !== "allowed") throw toRejection(call, authorization);
      const { integrationLatency, ...caller } = getCaller(authorization);
      let answer: unknown;
      if (routes["$connect"] !== undefined) {
        const event = connectEvent(call, { ...caller, integrationLatency });
        answer = await invoke(routes["$connect"], event).catch(() => undefined);
        checkConnected(answer);
      }
      return opened(options, call, { caller, protocol: selectedSubprotocol(protocols, answer) });
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

/** @param agreed without how long the authorizer took, which only `$connect` receives */
function opened(
  options: WebSocketApiOptions,
  handshake: Call,
  agreed: Pick<Handshake, "caller" | "protocol">,
): Connection {
  const { routes, routeSelection = "$request.body.action" } = options;
  return new OpenConnection({
    ...agreed,
    routes,
    routeSelection,
    connectedAt: handshake.time,
    nextCall: (body) =>
      newCall(
        "websocket",
        options,
        { ...handshake.request, body },
        CONNECT,
        webSocketIds(handshake.connectionId),
      ),
  });
}

/** @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-route-keys-connect-disconnect.html */
function checkConnected(answer: unknown): void {
  const code = (answer as { statusCode?: unknown } | null | undefined)?.statusCode;
  const status = typeof code === "number" ? code : 500;
  if (status >= 300) throw new HandshakeError(status);
}
