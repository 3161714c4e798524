import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import type { RequestListener, ServerResponse } from "node:http";
import { createServer } from "node:net";
import { FetchError } from "../../src/http/fetch-error.ts";
import { fetchText } from "../../src/http/client.ts";
import { startServer, type LoopbackServer } from "../token/loopback-server.ts";

let server: LoopbackServer;
let uri: string;
const timers: NodeJS.Timeout[] = [];

beforeAll(async () => {
  server = await startServer(() => undefined);
  uri = `http://127.0.0.1:${server.port}/.well-known/jwks.json`;
});
afterEach(() => timers.splice(0).forEach(clearInterval));
afterAll(() => server.close());

function answers(behave: RequestListener): void {
  server.behave = behave;
}

/** Minutes, where an answer comes; a fetch that is to end by itself is given less. */
const PATIENCE_MS = 120_000;

async function failure(timeoutMs = PATIENCE_MS): Promise<FetchError> {
  const error: unknown = await fetchText(uri, timeoutMs).catch((error: unknown) => error);
  expect(error).toBeInstanceOf(FetchError);
  return error as FetchError;
}

describe("a fetch", () => {
  test("returns the body of a 200 as it was sent", async () => {
    answers((_request, response) => response.end('{"keys":[ ]} é'));
    expect(await fetchText(uri, PATIENCE_MS)).toBe('{"keys":[ ]} é');
  });

  test("is one GET that asks for JSON, uncompressed, on a connection of its own", async () => {
    let head: Record<string, unknown> = {};
    answers(({ method, url, headers }, response) => {
      head = { method, url, ...headers };
      response.end();
    });
    await fetchText(uri, PATIENCE_MS);
    expect(head).toEqual({
      method: "GET",
      url: "/.well-known/jwks.json",
      accept: "application/json",
      host: `127.0.0.1:${server.port}`,
      connection: "close",
    });
  });

  test("takes 150,000 bytes and not one more", async () => {
    let length = 150_000;
    answers((_request, response) => response.end("k".repeat(length)));
    expect(await fetchText(uri, PATIENCE_MS)).toHaveLength(150_000);
    length += 1;
    expect((await failure()).message).toBe("more than 150000 bytes");
  });
});

describe("a fetch fails as a connection, which another connection may mend,", () => {
  test("when nothing is sent within the limit", async () => {
    answers(() => undefined);
    expect(await failure(100)).toMatchObject({
      message: "no complete answer within 100 ms",
      connectionFailed: true,
    });
  });

  test("when the body drips on beyond the limit", async () => {
    answers((_request, response) => {
      timers.push(setInterval(() => response.write(" "), 10));
    });
    expect(await failure(100)).toMatchObject({
      message: "no complete answer within 100 ms",
      connectionFailed: true,
    });
  });

  test("when the connection is closed in the middle of the body", async () => {
    answers((_request, response) => {
      response.writeHead(200, { "content-length": 100 });
      response.write('{"keys":', () => response.destroy());
    });
    expect(await failure()).toMatchObject({ connectionFailed: true });
  });

  test("when no server listens, with the system's words and the name of the error", async () => {
    const closed = createServer();
    await new Promise<void>((resolve) => closed.listen(0, "127.0.0.1", resolve));
    const { port } = closed.address() as { port: number };
    await new Promise((resolve) => closed.close(resolve));
    await expect(fetchText(`http://127.0.0.1:${port}/`, PATIENCE_MS)).rejects.toMatchObject({
      name: "FetchError",
      message: `connect ECONNREFUSED 127.0.0.1:${port}`,
      connectionFailed: true,
    });
  });

  test.each([
    ["is closed without an answer", ""],
    ["speaks another protocol", "220 smtp.example.com\r\n\r\n"],
    ["switches protocols", "HTTP/1.1 101 Switching\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n"],
  ])("when the other side %s", async (_name, text) => {
    const raw = createServer((socket) =>
      socket
        .on("error", () => undefined)
        .resume()
        .end(text),
    );
    await new Promise<void>((resolve) => raw.listen(0, "127.0.0.1", resolve));
    const { port } = raw.address() as { port: number };
    const error: unknown = await fetchText(`http://127.0.0.1:${port}/`, PATIENCE_MS).catch(
      (error: unknown) => error,
    );
    expect(error).toBeInstanceOf(FetchError);
    expect(error).toMatchObject({ connectionFailed: true });
    expect((error as FetchError).message).not.toMatch(/no complete answer/);
    await new Promise((resolve) => raw.close(resolve));
  });
});

describe("a fetch fails for good", () => {
  test.each([204, 301, 302, 307, 400, 404, 429, 500, 503])("with a status of %d", async (status) => {
    answers((_request, response) => respond(response, status, { location: uri }));
    const before = server.requests;
    expect(await failure()).toMatchObject({ message: `HTTP ${status}`, connectionFailed: false });
    expect(server.requests - before).toBe(1);
  });

  test.each(["gzip", "br", "unheard-of"])("with a body encoded as %s", async (encoding) => {
    answers((_request, response) => respond(response, 200, { "content-encoding": encoding }));
    expect((await failure()).message).toBe(`content encoding ${encoding}`);
  });
});

describe("what Retry-After asks for is", () => {
  test.each([
    ["120", 120],
    ["0", 0],
    ["-1", 0],
    ["soon", 0],
    ["90 s", 0],
    ["PT90", 0],
    [undefined, 0],
    ["Thu, 01 Jan 1970 00:00:00 GMT", 0],
  ])("%s: %s seconds", async (value, seconds) => {
    answers((_request, response) =>
      respond(response, 429, value === undefined ? {} : { "retry-after": value }),
    );
    expect((await failure()).retryAfterMs(Date.now())).toBe(seconds * 1000);
  });

  test.each([
    [400, true],
    [404, true],
    [429, true],
    [499, true],
    [304, false],
    [500, false],
    [503, false],
  ])("HTTP %s: the server refuses, and is not down: %s", async (status, refused) => {
    answers((_request, response) => respond(response, status, {}));
    expect((await failure()).rejected).toBe(refused);
  });

  test("a date: the seconds until then", async () => {
    answers((_request, response) =>
      respond(response, 503, { "retry-after": "Sun, 22 Nov 2026 12:01:30 GMT" }),
    );
    expect((await failure()).retryAfterMs(Date.UTC(2026, 10, 22, 12))).toBe(90_000);
  });
});

function respond(response: ServerResponse, status: number, headers: Record<string, string>): void {
  response.writeHead(status, headers).end(status === 204 ? undefined : "body");
}
