import { bundlePath } from "./builds.ts";
import { runProbe, writeInstructions, type Environment, type Runtime } from "./probe.ts";
import { eventWith, type BenchTenant } from "./tenant.ts";

/** A bundle that starts, and the environment in which it does. */
export interface Starter {
  readonly name: string;
  readonly bundle: string;
  readonly environment: Environment;
}

/** One value for each round. */
export interface ColdStart {
  /** Milliseconds from the start of the process to the first answer, Node.js's own start included. */
  readonly milliseconds: number[];
  /** Milliseconds until the function waits for events, without Node.js's own start. */
  readonly start: number[];
  /** Milliseconds of the first call. */
  readonly first: number[];
  /** What the first caller waits for, by {@link waitMs}. */
  readonly wait: number[];
  /** Milliseconds of processor time until then, which busy neighbours change less. */
  readonly cpu: number[];
  /** Resident memory after it, in bytes. */
  readonly rss: number[];
}

/** A function of so many MB has a whole processor: less has a share of it. */
const WHOLE_PROCESSOR_MB = 1769;
/** The size by which all is compared: 0.29 of a processor. */
const USUAL_MB = 512;

/**
 * Milliseconds that the first caller waits for: a function starts with whole processors, and answers with its share.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
 */
export function waitMs(startMs: number, firstMs: number, memoryMb = USUAL_MB): number {
  return startMs + firstMs / Math.min(1, memoryMb / WHOLE_PROCESSOR_MB);
}

interface Reported {
  readonly startMs?: number;
  readonly firstMs?: number;
  readonly answered?: boolean;
  /** Microseconds. */
  readonly cpu?: { readonly user: number; readonly system: number };
  readonly error?: string;
  readonly rss?: number;
}

/** Cold starts, one process at a time; in every round each starter once, another one first each time. */
export async function measureCold(
  runtime: Runtime,
  tenant: BenchTenant,
  starters: readonly Starter[],
  rounds: number,
): Promise<Map<string, ColdStart>> {
  const event = eventWith(tenant.idToken(1));
  const prepared = starters.map((starter) => ({
    starter,
    file: writeInstructions({ bundle: bundlePath(starter.bundle), event }),
    result: noStarts(),
  }));
  for (let round = -1; round < rounds; round += 1) {
    for (const place of prepared.keys()) {
      const turn = prepared[(place + round + prepared.length) % prepared.length];
      if (turn === undefined) continue;
      const start = await coldStart(runtime, turn.starter, turn.file);
      // The first round only warms the file cache.
      if (round < 0) continue;
      for (const [what, value] of Object.entries(start)) turn.result[what as keyof ColdStart].push(value);
    }
  }
  return new Map(prepared.map(({ starter, result }) => [starter.name, result]));
}

function noStarts(): ColdStart {
  return { milliseconds: [], start: [], first: [], wait: [], cpu: [], rss: [] };
}

async function coldStart(
  runtime: Runtime,
  { name, environment }: Starter,
  file: string,
): Promise<Record<keyof ColdStart, number>> {
  const [answer, memory] = await runProbe<Reported>({ runtime, name: "cold", environment }, file);
  if (answer?.value.answered !== true) throw new Error(`${name}: ${answer?.value.error ?? "no answer"}`);
  const { startMs = NaN, firstMs = NaN, cpu: { user, system } = { user: NaN, system: NaN } } = answer.value;
  return {
    milliseconds: answer.at,
    start: startMs,
    first: firstMs,
    wait: waitMs(startMs, firstMs),
    cpu: (user + system) / 1000,
    rss: memory?.value.rss ?? NaN,
  };
}
