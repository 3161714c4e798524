import { bundlePath } from "./builds.ts";
import { runProbe, writeInstructions, type Environment, type Runtime } from "./probe.ts";
import { eventWith, type BenchTenant } from "./tenant.ts";

/** A bundle that starts, and the environment in which it does. */
export interface Starter {
  readonly name: string;
  readonly bundle: string;
  readonly environment: Environment;
}

export interface ColdStart {
  /** Milliseconds from the start of the process to the first answer, one value for each round. */
  readonly milliseconds: number[];
  /** Milliseconds of processor time until then, which busy neighbours change less. */
  readonly cpu: number[];
  /** Resident memory after it, in bytes. */
  readonly rss: number[];
}

interface Reported {
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
      turn.result.milliseconds.push(start.milliseconds);
      turn.result.cpu.push(start.cpu);
      turn.result.rss.push(start.rss);
    }
  }
  return new Map(prepared.map(({ starter, result }) => [starter.name, result]));
}

function noStarts(): ColdStart {
  return { milliseconds: [], cpu: [], rss: [] };
}

async function coldStart(
  runtime: Runtime,
  { name, environment }: Starter,
  file: string,
): Promise<Record<keyof ColdStart, number>> {
  const [answer, memory] = await runProbe<Reported>({ runtime, name: "cold", environment }, file);
  if (answer?.value.answered !== true) throw new Error(`${name}: ${answer?.value.error ?? "no answer"}`);
  const { user, system } = answer.value.cpu ?? { user: NaN, system: NaN };
  return { milliseconds: answer.at, cpu: (user + system) / 1000, rss: memory?.value.rss ?? NaN };
}
