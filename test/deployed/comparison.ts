import type { Case } from "./case.ts";
import { CASES } from "./cases.ts";
import { localProbe } from "./local-probe.ts";
import type { Kind, Probe, Reply } from "./probe.ts";
import type { Source } from "./sources.ts";

/** What a gateway did in one case, beside what the kit's gateway does. */
export interface Comparison {
  readonly name: string;
  readonly kind: Kind;
  readonly sources: readonly Source[];
  readonly kit: Reply;
  readonly other: Reply;
  /** Whether the client gets the same status, and the backend sees the same. */
  readonly agree: boolean;
}

/**
 * Asks everything of every kind of API that the probe has: one question after the other, since serverless-offline
 * mixes up authorizers that run at the same time, but all that need to wait at once.
 */
export async function compare(probe: Probe): Promise<readonly Comparison[]> {
  const pairs = CASES.flatMap((each) =>
    probe.kinds.filter((kind) => each.kinds.includes(kind)).map((kind) => [each, kind] as const),
  );
  const comparisons = new Map<object, Comparison>();
  for (const pair of pairs) {
    if (pair[0].waits !== true) comparisons.set(pair, await compareCase(probe, ...pair));
  }
  const waiting = pairs.filter(([{ waits }]) => waits === true);
  await Promise.all(waiting.map(async (pair) => comparisons.set(pair, await compareCase(probe, ...pair))));
  return pairs.flatMap((pair) => comparisons.get(pair) ?? []);
}

async function compareCase(probe: Probe, { name, sources, run }: Case, kind: Kind): Promise<Comparison> {
  const kit = comparable(await run(localProbe(), kind));
  const other = comparable(await run(probe, kind));
  const agree = JSON.stringify([kit.status, kit.seen]) === JSON.stringify([other.status, other.seen]);
  return { name, kind, sources: sources(kind), kit, other, agree };
}

/** Without the latency, which differs every time, and with keys in order. */
function comparable({ seen, ...reply }: Reply): Reply {
  return { ...reply, seen: ordered(seen) };
}

function ordered(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const entries = Object.entries(value).filter(([key]) => key !== "integrationLatency");
  return Object.fromEntries(
    entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, inner]) => [key, ordered(inner)]),
  );
}
