import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { once } from "node:events";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { createKeptConnection, type KeptConnection } from "../../src/http/kept-connection.ts";

/** Far more than a loopback answer takes on any machine. */
const LIMIT_MS = 60_000;

let server: Server;
let sockets: Socket[];
let url: string;
let behave: RequestListener;
let connection: KeptConnection;
beforeEach(async () => {
  sockets = [];
  behave = (_, response) => response.end("{}");
  server = createServer((request, response) => {
    request.resume().on("end", () => behave(request, response));
  });
  server.keepAliveTimeout = 0;
  server.on("connection", (socket) => sockets.push(socket));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  connection = createKeptConnection();
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const request = (): { url: string; body: string; headers: object; maxBytes: number } => ({
  ...{ url, body: "{}", headers: { "content-length": "2" }, maxBytes: 1000 },
});
const status = async (how: "send" | "sendAfresh" = "send", limit = LIMIT_MS): Promise<number> =>
  (await connection[how](request() as Parameters<KeptConnection["send"]>[0], limit)).status;

describe("a kept connection", () => {
  test("is opened ahead, and serves the first request and the next ones", async () => {
    const connected = once(server, "connection");
    connection.open(url);
    await connected;
    for (let call = 0; call < 3; call += 1) expect(await status()).toBe(200);
    expect(sockets).toHaveLength(1);
  });

  test("is made by the first request where it was not opened", async () => {
    for (let call = 0; call < 3; call += 1) expect(await status()).toBe(200);
    expect(sockets).toHaveLength(1);
  });

  test("serves a request that comes before it is established", async () => {
    connection.open(url);
    expect(await status()).toBe(200);
    expect(sockets).toHaveLength(1);
  });

  test("that hangs, as after a freeze, is replaced by a new one, which is kept", async () => {
    expect(await status()).toBe(200);
    const [hanging] = sockets;
    behave = (incoming, response) => {
      if (incoming.socket !== hanging) response.end("{}");
    };
    await expect(status("send", 50)).rejects.toMatchObject({ connectionFailed: true });
    expect(await status("sendAfresh")).toBe(200);
    expect(await status()).toBe(200);
    expect(sockets).toHaveLength(2);
  });

  test("that dies with a request on it is replaced by a new one", async () => {
    expect(await status()).toBe(200);
    behave = (incoming) => incoming.socket.destroy();
    await expect(status()).rejects.toMatchObject({ connectionFailed: true });
    behave = (_, response) => response.end("{}");
    expect(await status("sendAfresh")).toBe(200);
    expect(await status()).toBe(200);
  });

  test("that was closed while nothing was asked is replaced by the next request", async () => {
    connection.open(url);
    expect(await status()).toBe(200);
    const [socket] = sockets;
    const closed = socket && once(socket, "close");
    socket?.end();
    await closed;
    // The client's side closes too, or the request finds out.
    const answered = await status().catch(() => status("sendAfresh"));
    expect(answered).toBe(200);
  });

  test("that could not be opened ahead fails silently, and the request tells", async () => {
    const other = createKeptConnection();
    const free = createServer();
    await new Promise<void>((resolve) => free.listen(0, "127.0.0.1", resolve));
    const { port } = free.address() as AddressInfo;
    await new Promise((resolve) => free.close(resolve));
    const closed = `http://127.0.0.1:${port}/`;
    other.open(closed);
    const sent = other.send({ url: closed, headers: {}, maxBytes: 10 }, LIMIT_MS);
    await expect(sent).rejects.toMatchObject({ name: "FetchError", connectionFailed: true });
  });
});
