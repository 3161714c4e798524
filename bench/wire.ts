import { once } from "node:events";
import { connect, createServer, type AddressInfo } from "node:net";

/** A line to a port of the loopback interface that counts what goes over it. */
export interface CountingLine {
  readonly url: string;
  /** Bytes to the server and back, of HTTP's heads too. */
  readonly count: { sent: number; received: number };
  readonly close: () => void;
}

export async function startCountingLine(target: string): Promise<CountingLine> {
  const count = { sent: 0, received: 0 };
  const server = createServer((near) => {
    const far = connect(Number(new URL(target).port), "127.0.0.1");
    near.on("data", (chunk: Buffer) => {
      count.sent += chunk.length;
      far.write(chunk);
    });
    far.on("data", (chunk: Buffer) => {
      count.received += chunk.length;
      near.write(chunk);
    });
    near.on("close", () => far.destroy()).on("error", () => far.destroy());
    far.on("close", () => near.destroy()).on("error", () => near.destroy());
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, count, close: () => server.close() };
}
