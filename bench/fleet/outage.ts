import { BackOff } from "../../src/revocation/backoff.ts";
import { randomFrom } from "./random.ts";

/** Milliseconds. */
const CALL = 15;
/** What a lookup without an answer waits: 300 ms on the kept connection, 700 ms on a fresh one. */
const LOOKUP_WITHOUT_ANSWER = 1000;
const OUTAGE = { from: 10_000, to: 70_000 };
const END = 80_000;
/** The starting peak is over by then: each container has waited once. */
const SETTLED = OUTAGE.from + 2 * LOOKUP_WITHOUT_ANSWER;
const MICROTASKS = 8;

/** The most executions at once, in each part of the scenario. */
export interface Executions {
  before: number;
  start: number;
  during: number;
}

interface Container {
  readonly backOff: BackOff;
}

/**
 * A thousand calls a second, in virtual time, of which each takes an idle container or starts one, as Lambda does,
 * through an outage of the table.
 *
 * @param backsOff whether containers stop asking a table that gives no answer
 */
export async function simulateOutage(backsOff: boolean): Promise<Executions> {
  let now = 0;
  const random = randomFrom(1);
  const idle: Container[] = [];
  const endings = new Map<number, (() => void)[]>();
  const at = (time: number, happen: () => void): void =>
    void endings.set(time, [...(endings.get(time) ?? []), happen]);
  const most: Executions = { before: 0, start: 0, during: 0 };
  let busy = 0;
  for (; now < END; now += 1) {
    for (const happen of endings.get(now) ?? []) happen();
    endings.delete(now);
    await settle();
    const container = idle.pop() ?? { backOff: new BackOff(() => now, random) };
    const waits = backsOff ? call(container, now, at) : isDown(now);
    busy += 1;
    at(now + CALL + (waits ? LOOKUP_WITHOUT_ANSWER : 0), () => {
      busy -= 1;
      idle.push(container);
    });
    const part = now < OUTAGE.from ? "before" : now < SETTLED ? "start" : "during";
    if (now < OUTAGE.to) most[part] = Math.max(most[part], busy);
  }
  return most;
}

/** @returns whether the call waits for an answer that does not come */
function call({ backOff }: Container, now: number, at: (time: number, happen: () => void) => void): boolean {
  const lookup = { isAsked: false };
  const ask = (): Promise<void> => {
    lookup.isAsked = true;
    const [answers, after] = isDown(now) ? [false, LOOKUP_WITHOUT_ANSWER] : [true, 1];
    return new Promise((resolve, reject) => {
      at(now + after, () => (answers ? resolve() : reject(new Error("no answer"))));
    });
  };
  backOff.run(ask, () => true).catch(() => undefined);
  return lookup.isAsked && isDown(now);
}

function isDown(now: number): boolean {
  return now >= OUTAGE.from && now < OUTAGE.to;
}

async function settle(): Promise<void> {
  for (let task = 0; task < MICROTASKS; task += 1) await Promise.resolve();
}
