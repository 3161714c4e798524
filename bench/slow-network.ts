import { once } from "node:events";
import { createServer as createTlsServer } from "node:https";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { generate } from "selfsigned";

/** A JWKS endpoint behind TLS that is so many milliseconds away, there and back. */
export interface SlowEndpoint {
  readonly port: number;
  readonly close: () => void;
}

export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

export async function loopbackCertificate(): Promise<Certificate> {
  const { cert, private: key } = await generate([{ name: "commonName", value: "localhost" }], {
    keySize: 2048,
    extensions: [
      { name: "basicConstraints", cA: true },
      { name: "subjectAltName", altNames: [{ type: 2, value: "localhost" }] },
    ],
  });
  return { cert, key };
}

/** Serves the same body to everybody, on every path. */
export async function startSlowEndpoint(
  certificate: Certificate,
  body: string,
  roundTripMs: number,
): Promise<SlowEndpoint> {
  const tls = createTlsServer(certificate, (_request, response) => {
    response.setHeader("content-type", "application/json").end(body);
  });
  const origin = await listen(tls);
  // A timer of 0 ms takes one or two.
  if (roundTripMs === 0) return { port: origin, close: () => void tls.close() };
  const line = createServer((near) => delay(near, connect(origin, "127.0.0.1"), roundTripMs));
  const port = await listen(line);
  return { port, close: () => [tls, line].forEach((server) => server.close()) };
}

async function listen(server: Server): Promise<number> {
  await once(server.listen(0, "localhost"), "listening");
  return (server.address() as AddressInfo).port;
}

/**
 * A long line between two sockets: every byte travels half a round trip, and the first ones wait a whole one more,
 * which is what the handshake of TCP takes; the kernel's own cannot be delayed.
 */
function delay(near: Socket, far: Socket, roundTripMs: number): void {
  const open = performance.now() + roundTripMs;
  const carry = (from: Socket, to: Socket): void => {
    from.setNoDelay(true);
    from.on("data", (chunk) => {
      const wait = Math.max(0, open - performance.now()) + roundTripMs / 2;
      setTimeout(() => to.writable && to.write(chunk), wait);
    });
    from.on("close", () => setTimeout(() => to.destroy(), roundTripMs)).on("error", () => to.destroy());
  };
  carry(near, far);
  carry(far, near);
}
