import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { createKeptConnection } from "../../src/http/kept-connection.ts";
import type { Send } from "../../src/http/client.ts";
import type { RevocationEvent } from "../../src/logging/events.ts";
import { createDynamoDb, readEndpoint } from "../../src/revocation/dynamodb.ts";
import { createRevocationLookup, type TableLookup } from "../../src/revocation/lookup.ts";
import { startRevocationTable, type RevocationTable } from "../../src/testing/revocation-table.ts";
import { NOW, TOKEN, toClaims } from "./lookup-harness.ts";

/** The limit of an attempt that is answered, and of one that hangs: which it is, the test knows. */
const PATIENCE_MS = 120_000;
const HANGING_MS = 50;

/** What becomes of the connections that exist while the sandbox is frozen, from the client's side. */
type Death = "hangs" | "was closed" | "was reset" | "closes under the request";
const DEATHS: readonly Death[] = ["hangs", "was closed", "was reset", "closes under the request"];

/** A way to the table, whose connections die. */
class Network {
  readonly server: Server;
  readonly sockets: Socket[] = [];
  /** How many requests arrived on each connection. */
  readonly requests: number[] = [];
  /** The connections after these, by their number, do as the dead ones. */
  #closing = new Set<number>();
  #hanging = new Set<number>();

  constructor(port: number) {
    this.server = createServer((socket) => {
      const index = this.sockets.push(socket) - 1;
      this.requests[index] = 0;
      const table = connect(port, "127.0.0.1");
      socket.on("data", (data) => {
        if (data.includes("BatchGetItem")) this.requests[index] = (this.requests[index] ?? 0) + 1;
        if (this.#closing.has(index)) socket.destroy();
        else if (!this.#hanging.has(index)) table.write(data);
      });
      table.on("data", (data) => socket.write(data));
      for (const side of [socket, table]) side.on("error", () => undefined);
      socket.on("close", () => table.destroy());
    });
  }

  /** Before the client can notice it. */
  kill(index: number, death: Death): void {
    if (death === "hangs") this.#hanging.add(index);
    else if (death === "closes under the request") this.#closing.add(index);
    else if (death === "was closed") this.sockets[index]?.end();
    else this.sockets[index]?.resetAndDestroy();
  }
}

let table: RevocationTable;
let network: Network;
let events: RevocationEvent[];
let limits: { kept: number; fresh: number };
beforeEach(async () => {
  table = await startRevocationTable({ clock: () => NOW * 1000 });
  network = new Network(Number(new URL(table.endpoint).port));
  await new Promise<void>((resolve) => network.server.listen(0, "127.0.0.1", resolve));
  events = [];
  limits = { kept: PATIENCE_MS, fresh: PATIENCE_MS };
});
afterEach(async () => {
  network.sockets.forEach((socket) => socket.destroy());
  await new Promise((resolve) => network.server.close(resolve));
  await table.close();
});

/** As the function makes it, but for the limits. */
function createLookup(onFailure: "error" | "allow" = "error"): TableLookup {
  const { port } = network.server.address() as AddressInfo;
  const env = { ...table.environment, AWS_ENDPOINT_URL_DYNAMODB: `http://127.0.0.1:${port}` };
  const connection = createKeptConnection();
  connection.open(readEndpoint(env));
  const clock = (): number => NOW * 1000;
  const limited =
    (send: Send, which: "kept" | "fresh"): Send =>
    (request) =>
      send(request, limits[which]);
  return createRevocationLookup({
    table: table.name,
    kept: createDynamoDb({ env, clock, send: limited(connection.send, "kept") }),
    fresh: createDynamoDb({ env, clock, send: limited(connection.sendAfresh, "fresh") }),
    onFailure,
    sessionClaim: undefined,
    clock,
    random: () => 1,
    onEvent: (event) => events.push(event),
  });
}

async function outcome(lookup: TableLookup, sub: string): Promise<string> {
  const refusal = await lookup.find(TOKEN, toClaims({ sub }));
  return refusal?.reason ?? "accepted";
}

/** A lookup whose connection has served a call, and then dies while nothing is asked. */
async function frozen(death: Death, onFailure?: "error" | "allow"): Promise<TableLookup> {
  const lookup = createLookup(onFailure);
  expect(await outcome(lookup, "auth0|carol")).toBe("accepted");
  expect(network.requests).toEqual([1]);
  table.revokeUser("auth0|alice");
  network.kill(0, death);
  if (death === "hangs") limits.kept = HANGING_MS;
  return lookup;
}

describe.each(DEATHS)("a connection that %s after a freeze", (death) => {
  test.each(["error", "allow"] as const)(
    "is replaced by one new one; only the revoked user is refused, with %s",
    async (onFailure) => {
      const lookup = await frozen(death, onFailure);
      expect(await outcome(lookup, "auth0|alice")).toBe("revoked");
      limits.kept = PATIENCE_MS;
      for (const sub of ["auth0|bob", "auth0|carol"]) expect(await outcome(lookup, sub)).toBe("accepted");
      expect(await outcome(lookup, "auth0|alice")).toBe("revoked");
      expect(network.sockets).toHaveLength(2);
      // Alice's, Bob's and Carol's: what was seen to be revoked is not asked for again.
      expect(network.requests[1]).toBe(3);
      expect(events).toEqual([]);
    },
  );

  test("is replaced as well where the first caller is not the revoked one", async () => {
    const lookup = await frozen(death);
    expect(await outcome(lookup, "auth0|bob")).toBe("accepted");
    limits.kept = PATIENCE_MS;
    expect(await outcome(lookup, "auth0|alice")).toBe("revoked");
    expect(network.sockets).toHaveLength(2);
    expect(events).toEqual([]);
  });
});

describe("where the new connection fails too", () => {
  test.each([
    ["error", "revocations_unavailable", []],
    ["allow", "accepted", ["revocations_not_checked"]],
  ] as const)("there is no third one, and it is not known: %s", async (onFailure, expected, logged) => {
    const lookup = await frozen("closes under the request", onFailure);
    network.kill(1, "closes under the request");
    expect(await outcome(lookup, "auth0|bob")).toBe(expected);
    expect(network.requests).toEqual([2, 1]);
    expect(events.map(({ event }) => event)).toEqual(["revocation_lookup_failed", ...logged]);
    // The next is decided at once, by no connection at all.
    expect(await outcome(lookup, "auth0|carol")).toBe(expected);
    expect(network.requests).toEqual([2, 1]);
  });
});

test("a connection that died before its first request is replaced", async () => {
  const connected = once(network.server, "connection");
  const lookup = createLookup();
  await connected;
  table.revokeUser("auth0|alice");
  network.kill(0, "was reset");
  expect(await outcome(lookup, "auth0|alice")).toBe("revoked");
  expect(await outcome(lookup, "auth0|bob")).toBe("accepted");
  expect(events).toEqual([]);
});
