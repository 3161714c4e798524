import { newCall, type ApiOptions } from "./api-options.ts";
import { StageAuthorizer, type Authorization } from "./authorization.ts";
import type { Call } from "./call.ts";
import { stringContext } from "./caller-context.ts";
import { clientRequest, type FetchOptions } from "./client-request.ts";
import { invoke } from "./lambda.ts";
import { connectEvent, messageEvent } from "./lambda-event.ts";

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
   * @throws HandshakeRefused with the status that the client sees
   */
  connect(target?: string, options?: FetchOptions): Promise<Connection>;
}

export interface Connection {
  /**
   * Sends a message; an object goes as JSON. What the Lambda answered comes back, though on AWS the client
   * receives it only where the route has a route response.
   *
   * @throws Error where the connection was closed, or by its age: idle for 10 minutes, open for 2 hours
   */
  send(message: string | object): Promise<unknown>;
  close(): Promise<void>;
}

/** The gateway did not open the connection. */
export class HandshakeRefused extends Error {
  override readonly name = "HandshakeRefused";
  readonly status: number;

  constructor(status: number) {
    super(`Unexpected server response: ${status}`);
    this.status = status;
  }
}

/** @see https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html */
const MAX_RESULT_BYTES = 8 * 1024;
const MAX_IDLE_MS = 10 * 60_000;
const MAX_OPEN_MS = 2 * 60 * 60_000;

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
  const { identitySources = ["route.request.querystring.access_token"], routes } = options;
  const authorizer = new StageAuthorizer({
    lambda: options.authorizer,
    kind: "websocket",
    form: "policy",
    identitySources,
    ttlSeconds: 0,
    maxResultBytes: MAX_RESULT_BYTES,
  });
  return {
    async connect(target = "", fetchOptions = {}) {
      const call = callOf(options, target, fetchOptions);
      const caller = admitted(await authorizer.authorize(call));
      const { $connect } = routes;
      if ($connect !== undefined) {
        const answer = await invoke($connect, connectEvent(call, caller)).catch(() => undefined);
        if (statusOf(answer) >= 300) throw new HandshakeRefused(statusOf(answer));
      }
      return new OpenConnection(options, caller, call.time);
    },
  };
}

function callOf(options: ApiOptions, target: string, fetchOptions: FetchOptions): Call {
  return newCall(options, clientRequest(target, fetchOptions), {
    key: "$connect",
    resource: "$connect",
    parameters: {},
  });
}

class OpenConnection implements Connection {
  readonly #options: WebSocketApiOptions;
  readonly #caller: object;
  readonly #connectedAt: number;
  #lastActiveAt: number;
  #closed = false;

  constructor(options: WebSocketApiOptions, caller: object, connectedAt: number) {
    this.#options = options;
    this.#caller = caller;
    this.#connectedAt = connectedAt;
    this.#lastActiveAt = connectedAt;
  }

  async send(message: string | object): Promise<unknown> {
    const { routes, routeSelection = "$request.body.action" } = this.#options;
    const body = typeof message === "string" ? message : JSON.stringify(message);
    const call = callOf(this.#options, "", { body });
    this.#keepOpen(call.time);
    const selected = selectedRoute(body, routeSelection);
    const routeKey = selected !== undefined && Object.hasOwn(routes, selected) ? selected : "$default";
    const lambda = routes[routeKey];
    if (lambda === undefined) return { message: "Forbidden" };
    return invoke(
      lambda,
      messageEvent(call, this.#caller, { routeKey, connectedAt: this.#connectedAt }),
    ).catch(() => ({ message: "Internal server error" }));
  }

  async close(): Promise<void> {
    this.#closed = true;
    const { $disconnect } = this.#options.routes;
    if ($disconnect === undefined) return;
    const call = callOf(this.#options, "", {});
    const place = { routeKey: "$disconnect", connectedAt: this.#connectedAt };
    await invoke($disconnect, messageEvent(call, this.#caller, place)).catch(() => undefined);
  }

  #keepOpen(now: number): void {
    if (now - this.#lastActiveAt > MAX_IDLE_MS || now - this.#connectedAt > MAX_OPEN_MS) this.#closed = true;
    if (this.#closed) throw new Error("the connection is closed");
    this.#lastActiveAt = now;
  }
}

/**
 * What the authorizer gives to the Lambdas behind.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-route-keys-connect-disconnect.html
 * @throws HandshakeRefused
 */
function admitted(authorization: Authorization): object {
  switch (authorization.outcome) {
    case "allowed":
      try {
        return stringContext(authorization.result);
      } catch (error) {
        throw Object.assign(new HandshakeRefused(500), { cause: error });
      }
    case "identity-missing":
    case "unauthorized":
      throw new HandshakeRefused(401);
    case "denied":
      throw new HandshakeRefused(403);
    case "authorizer-failed":
      throw new HandshakeRefused(500);
  }
}

function selectedRoute(body: string, expression: string): string | undefined {
  try {
    const message = JSON.parse(body) as Record<string, unknown> | null;
    const route = message?.[expression.replace("$request.body.", "")];
    return typeof route === "string" && !route.startsWith("$") ? route : undefined;
  } catch {
    return undefined;
  }
}

function statusOf(answer: unknown): number {
  const status = (answer as { statusCode?: unknown } | null | undefined)?.statusCode;
  return typeof status === "number" ? status : 500;
}
