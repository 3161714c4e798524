import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { WebSocketServer } from "ws";
import { HandshakeError, type Connection, type WebSocketApi } from "../../src/testing/index.ts";
import { localApis } from "./local-probe.ts";
import { ALL_KINDS, pathOf } from "./probe.ts";

/** The kit's gateways over HTTP and WebSocket, on loopback: a deployed stage that needs no account. */
export async function serveLocally(): Promise<{ urls: readonly string[]; close(): void }> {
  const { routed, webSocket } = localApis(Date.now);
  const server = createServer((request, response) => void answer(request, response));
  acceptConnections(server, webSocket);
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  return { urls: [`http://127.0.0.1:${port}`, `ws://127.0.0.1:${port}`], close: () => void server.close() };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const target = request.url ?? "/";
    const kind = ALL_KINDS.find(
      (each) => target === pathOf(each, "open") || target.startsWith(pathOf(each, "one").slice(0, -3)),
    );
    const reply = await routed[kind ?? ""]?.fetch(target, {
      method: request.method ?? "GET",
      headers: headersOf(request),
    });
    response.writeHead(reply?.status ?? 404).end(await reply?.text());
  }
}

function headersOf({ rawHeaders }: IncomingMessage): [string, string][] {
  return rawHeaders.flatMap((name, index) => (index % 2 === 0 ? [[name, rawHeaders[index + 1] ?? ""]] : []));
}

function acceptConnections(server: Server, api: WebSocketApi): void {
  const webSockets = new WebSocketServer({ noServer: true });
  server.on("upgrade", (request: IncomingMessage, socket, head) => {
    const query = new URL(request.url ?? "", "http://localhost").search;
    const headers = headersOf(request).filter(([name]) => name.toLowerCase() === "authorization");
    api.connect(query, { headers }).then(
      (connection) => webSockets.handleUpgrade(request, socket, head, (client) => relay(client, connection)),
      (error: unknown) => {
        const { status, body } = error instanceof HandshakeError ? error : { status: 500, body: "" };
        const length = Buffer.byteLength(body);
        socket.end(
          `HTTP/1.1 ${status} Refused\r\nContent-Length: ${length}\r\nConnection: close\r\n\r\n${body}`,
        );
      },
    );
  });
}

function relay(client: import("ws").WebSocket, connection: Connection): void {
  client.on("message", (data: Buffer) => {
    void connection
      .send(data.toString())
      .then((answer) => client.send((answer as { readonly body: string }).body));
  });
}
