import type { Lambda } from "./lambda.ts";
import { invoke } from "./lambda.ts";
import type { Call } from "./call.ts";
import { disconnectEvent, messageEvent } from "./websocket-event.ts";

/** A WebSocket as its client holds it. */
export interface Connection {
  /** The subprotocol that the backend of `$connect` selected; an empty text where none was offered. */
  readonly protocol: string;
  /**
   * Sends a message; an object goes as JSON.
   *
   * @returns what the Lambda of the message's route returned, such as `{ statusCode: 200, body: "…" }`. On AWS the
   *   client receives its `body`, and only where the route has a route response. `{ message: "Internal server error" }`
   *   where the Lambda threw, `{ message: "Forbidden" }` where the message has no route and there is no `$default`.
   * @throws Error where the connection was closed, or by its age: idle for 10 minutes, open for 2 hours
   */
  send(message: string | object): Promise<unknown>;
  /**
   * Ends the connection, and calls the backend of `$disconnect`.
   *
   * @param code as in RFC 6455 §7.4; 1000, the normal one, by default
   */
  close(code?: number, reason?: string): Promise<void>;
}

/** What a connection has from its handshake until its end. */
export interface Handshake {
  readonly routes: Readonly<Record<string, Lambda>>;
  /** What the backend receives of the caller. */
  readonly caller: object;
  readonly protocol: string;
  /** Which property of a JSON message names its route: `$request.body.action`. */
  readonly routeSelection: string;
  /** Milliseconds since the epoch. */
  readonly connectedAt: number;
  /** A request that comes over the connection, with that body. */
  readonly nextCall: (body: string | undefined) => Call;
}

/** @see https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html */
const MAX_IDLE_MS = 10 * 60_000;
const MAX_OPEN_MS = 2 * 60 * 60_000;

export class OpenConnection implements Connection {
  readonly protocol: string;
  readonly #handshake: Handshake;
  #lastActiveAt: number;
  #closed = false;

  constructor(handshake: Handshake) {
    this.protocol = handshake.protocol;
    this.#handshake = handshake;
    this.#lastActiveAt = handshake.connectedAt;
  }

  async send(message: string | object): Promise<unknown> {
    const { routes, caller, routeSelection, connectedAt, nextCall } = this.#handshake;
    const body = typeof message === "string" ? message : JSON.stringify(message);
    const call = nextCall(body);
    this.#keepOpen(call.time);
    const selected = selectedRoute(body, routeSelection);
    const routeKey = selected !== undefined && Object.hasOwn(routes, selected) ? selected : "$default";
    const lambda = routes[routeKey];
    if (lambda === undefined) return { message: "Forbidden" };
    const event = messageEvent(call, connectedAt, routeKey, caller);
    return invoke(lambda, event).catch(() => ({ message: "Internal server error" }));
  }

  async close(code = 1000, reason = ""): Promise<void> {
    this.#closed = true;
    const { routes, caller, connectedAt, nextCall } = this.#handshake;
    if (routes["$disconnect"] === undefined) return;
    const event = disconnectEvent(nextCall(undefined), connectedAt, { code, reason }, caller);
    await invoke(routes["$disconnect"], event).catch(() => undefined);
  }

  #keepOpen(now: number): void {
    const { connectedAt } = this.#handshake;
    if (now - this.#lastActiveAt > MAX_IDLE_MS || now - connectedAt > MAX_OPEN_MS) this.#closed = true;
    if (this.#closed) throw new Error("the connection is closed");
    this.#lastActiveAt = now;
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
