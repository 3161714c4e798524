import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer, type WebSocket } from "ws";
import { HandshakeError, type Connection } from "../../src/testing/gateway/websocket-api.ts";
import { GATEWAYS, type Gateway, type StageOptions } from "./client/trace.ts";
import { Recorder } from "./recorder.ts";
import type { Stage } from "./stage.ts";

/** Old stages go: each demonstration opens new ones. */
const MAX_STAGES = 30;
/** The name that the page gives to a call, so that it can ask afterwards what became of it. */
const TRACE_HEADER = "x-trace-id";

/** The gateway emulator behind real HTTP and WebSocket requests: `/gateways/STAGE/GATEWAY/PATH`. */
export class GatewayServer {
  readonly recorder = new Recorder();
  readonly #createStage: (options: StageOptions) => Stage;
  readonly #stages = new Map<string, Stage>();
  readonly #sockets = new WebSocketServer({ noServer: true });

  constructor(createStage: (options: StageOptions) => Stage) {
    this.#createStage = createStage;
  }

  /** A new stage, by its ID. */
  open(options: StageOptions): string {
    const id = crypto.randomUUID();
    this.#stages.set(id, this.#createStage(options));
    const [oldest] = this.#stages.keys();
    if (this.#stages.size > MAX_STAGES && oldest !== undefined) this.#stages.delete(oldest);
    return id;
  }

  /** @returns whether there is such a stage */
  setClockAhead(stageId: string, seconds: number): boolean {
    this.#stages.get(stageId)?.setClockAhead(seconds);
    return this.#stages.has(stageId);
  }

  /** Answers one HTTP request. */
  async answer(
    request: IncomingMessage,
    stageId: string,
    [kind = "", ...path]: readonly string[],
  ): Promise<Response> {
    const stage = this.#stages.get(stageId);
    if (stage === undefined || !isGateway(kind) || kind === "websocket") {
      return Response.json({ message: "There is no such gateway." }, { status: 404 });
    }
    const { method = "GET" } = request;
    const headers = pairs(request.rawHeaders).filter(([name]) => name.toLowerCase() !== TRACE_HEADER);
    let response = Response.error();
    await this.recorder.record(String(request.headers[TRACE_HEADER] ?? ""), kind, async () => {
      response = await stage.routed[kind].fetch(`/${path.join("/")}`, { method, headers });
      return response.status;
    });
    return response;
  }

  /** Opens a WebSocket, or answers what the gateway answers instead. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost");
    const stage = this.#stages.get(pathname.split("/")[2] ?? "");
    const trace = searchParams.get("trace") ?? "";
    searchParams.delete("trace");
    const refuse = (status: number): void => void socket.end(`HTTP/1.1 ${status} Refused\r\n\r\n`);
    if (stage === undefined) {
      refuse(404);
      return;
    }
    let connection: Connection | undefined;
    void this.recorder
      .record(trace, "websocket", async () => {
        try {
          const { "sec-websocket-protocol": offered = "" } = request.headers;
          const protocols = offered.split(",").map((name) => name.trim());
          connection = await stage.webSocket.connect(`?${searchParams.toString()}`, { protocols });
          return 101;
        } catch (error) {
          return error instanceof HandshakeError ? error.status : 500;
        }
      })
      .then((status) => {
        const opened = connection;
        if (opened === undefined) refuse(status);
        else this.#sockets.handleUpgrade(request, socket, head, (ws) => this.#serve(ws, opened, trace));
      });
  }

  #serve(webSocket: WebSocket, connection: Connection, trace: string): void {
    webSocket.on("message", (message: Buffer) => {
      let answer: unknown;
      void this.recorder
        .record(trace, "websocket", async () => {
          answer = await connection.send(message.toString());
          return 200;
        })
        .then(() => webSocket.send(bodyOf(answer)));
    });
    webSocket.on("close", () => void connection.close());
  }
}

function isGateway(name: string): name is Gateway {
  return Object.hasOwn(GATEWAYS, name);
}

/** A route response sends the body of what the Lambda returned. */
function bodyOf(answer: unknown): string {
  const { body } = (answer ?? {}) as { body?: unknown };
  return typeof body === "string" ? body : JSON.stringify(answer);
}

function pairs(rawHeaders: readonly string[]): [string, string][] {
  return rawHeaders.flatMap((name, index): [string, string][] =>
    index % 2 === 0 ? [[name, rawHeaders[index + 1] ?? ""]] : [],
  );
}
