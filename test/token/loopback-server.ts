import { createServer, type RequestListener } from "node:http";
import { createServer as createTlsServer, type ServerOptions } from "node:https";
import type { AddressInfo } from "node:net";

/** A server on the loopback interface that does with each request what a test says. */
export interface LoopbackServer {
  readonly port: number;
  /** How many requests have come in. */
  requests: number;
  behave: RequestListener;
  close(): Promise<void>;
}

export interface LoopbackOptions {
  readonly tls?: ServerOptions;
  /** A free one where it is left out. */
  readonly port?: number;
}

export async function startServer(
  behave: RequestListener,
  { tls, port = 0 }: LoopbackOptions = {},
): Promise<LoopbackServer> {
  const listener: RequestListener = (request, response) => {
    started.requests += 1;
    started.behave(request, response);
  };
  const server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  const started: LoopbackServer = {
    port: (server.address() as AddressInfo).port,
    requests: 0,
    behave,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
  return started;
}
