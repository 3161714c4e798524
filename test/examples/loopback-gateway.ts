import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { RoutedApi } from "../../src/testing/index.ts";

/** The in-memory gateway behind real HTTP, for clients that do not let themselves be handed a `fetch`. */
export interface LoopbackGateway {
  readonly origin: string;
  /** What it answered, one for each request: `401 POST /mcp`. */
  readonly answers: string[];
  close(): void;
}

/** @param apiAt the API that answers at an origin, which has to be known before */
export async function listen(apiAt: (origin: string) => Promise<RoutedApi>): Promise<LoopbackGateway> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const origin = `http://localhost:${(server.address() as AddressInfo).port}`;
  const api = await apiAt(origin).catch((error: unknown) => {
    close(server);
    throw error;
  });
  const answers: string[] = [];
  server.on("request", (request: IncomingMessage, response: ServerResponse) => {
    void answer(api, request).then(async (from) => {
      answers.push(`${from.status} ${request.method ?? ""} ${request.url ?? ""}`);
      response.writeHead(from.status, [...from.headers].flat()).end(await from.text());
    });
  });
  return { origin, answers, close: () => close(server) };
}

async function answer(api: RoutedApi, request: IncomingMessage): Promise<Response> {
  const { method = "GET", url = "/", headers } = request;
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  const body = chunks.length > 0 ? Buffer.concat(chunks).toString() : undefined;
  return api.fetch(url, { method, headers: headers as Record<string, string>, body });
}

function close(server: Server): void {
  server.close();
  server.closeAllConnections();
}
