import { expect, test } from "@jest/globals";
import { DynamoDbError, type CallDynamoDb } from "../../src/revocation/dynamodb.ts";
import { createRevocationLookup, type TableLookup } from "../../src/revocation/lookup.ts";
import { OUTAGES, toClaims, TOKEN } from "./lookup-harness.ts";

/** Reproducible numbers from 0 to 1 (a linear congruential generator). */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32) / 2 ** 32;
}

/** Milliseconds of a clock that only a simulation moves. */
class VirtualTime {
  now = 0;
  readonly #timers: { readonly at: number; readonly run: () => void }[] = [];

  after(ms: number): Promise<void> {
    return new Promise((run) => {
      const at = this.now + ms;
      const index = this.#timers.findLastIndex((timer) => timer.at <= at) + 1;
      this.#timers.splice(index, 0, { at, run });
    });
  }

  /** Lets everything happen that is due until then. */
  async runUntil(end: number): Promise<void> {
    for (;;) {
      await new Promise((resolve) => setImmediate(resolve));
      const [timer] = this.#timers;
      if (timer === undefined || timer.at > end) break;
      this.#timers.shift();
      this.now = timer.at;
      timer.run();
    }
    this.now = end;
  }
}

interface Fleet {
  readonly time: VirtualTime;
  /** How the table is doing. */
  state: "up" | "silent" | "throttled";
  /** Executions at the same time; their number is that of containers in use. */
  inFlight: number;
  containers: number;
  asked: number;
  /** One request: it takes an idle container, the one that has been idle longest, or starts another. */
  readonly request: () => void;
}

/** Containers as Lambda starts them, with a table that answers after 5 ms. */
function createFleet(): Fleet {
  const time = new VirtualTime();
  const idle: TableLookup[] = [];
  const call: CallDynamoDb = async (operation, _input, timeoutMs) => {
    fleet.asked += 1;
    const { state } = fleet;
    await time.after(state === "silent" ? timeoutMs : 5);
    if (state === "silent") throw OUTAGES.timeout;
    if (state === "throttled") throw new DynamoDbError(operation, "ThrottlingException", 400);
    return { output: { Responses: { revocations: [] }, UnprocessedKeys: {} }, date: undefined };
  };
  const start = (): TableLookup => {
    fleet.containers += 1;
    const options = { table: "revocations", kept: call, fresh: call, sessionClaim: undefined } as const;
    return createRevocationLookup({
      ...options,
      onFailure: "error",
      clock: () => time.now,
      random: createRandom(fleet.containers),
      onEvent: () => undefined,
    });
  };
  const run = async (): Promise<void> => {
    const container = idle.shift() ?? start();
    fleet.inFlight += 1;
    // What an execution takes beside the lookup.
    await time.after(1);
    await container.find(TOKEN, toClaims());
    fleet.inFlight -= 1;
    idle.push(container);
  };
  const fleet: Fleet = {
    ...{ time, state: "up", inFlight: 0, containers: 0, asked: 0 },
    request: () => void run(),
  };
  return fleet;
}

/** @returns the most executions at once in this time, at 1,000 calls a second */
async function mostInFlight(fleet: Fleet, seconds: number): Promise<number> {
  let most = 0;
  for (let ms = 0; ms < seconds * 1000; ms += 1) {
    fleet.request();
    await fleet.time.runUntil(fleet.time.now + 1);
    most = Math.max(most, fleet.inFlight);
  }
  return most;
}

test("an outage at 1,000 calls a second: a second's calls at once at its start, then a third of that", async () => {
  const fleet = createFleet();
  expect(await mostInFlight(fleet, 1)).toBeLessThanOrEqual(7);
  fleet.state = "silent";
  // All containers find out at the same time: 300 and 700 ms each, where four time-outs of 2.5 s would make 2,500.
  const start = await mostInFlight(fleet, 2);
  expect(start).toBeGreaterThan(500);
  expect(start).toBeLessThanOrEqual(1010);
  await mostInFlight(fleet, 14);
  const askedBefore = fleet.asked;
  expect(await mostInFlight(fleet, 10)).toBeLessThanOrEqual(333);
  // A probe of each container in ten seconds, on two connections.
  expect(fleet.asked - askedBefore).toBeLessThanOrEqual(2.5 * fleet.containers);
  fleet.state = "up";
  await mostInFlight(fleet, 10);
  expect(await mostInFlight(fleet, 1)).toBeLessThanOrEqual(7);
});

test("throttling of one key keeps no other caller waiting: nothing is held back", async () => {
  const fleet = createFleet();
  fleet.state = "throttled";
  expect(await mostInFlight(fleet, 2)).toBeLessThanOrEqual(7);
  expect(fleet.asked).toBeGreaterThan(1980);
});
