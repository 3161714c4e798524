import { cpus, totalmem } from "node:os";
import { drawBars, type Bar, type Group } from "./bars.ts";
import { PEERS, REFERENCES, type Builds } from "./builds.ts";
import { addedRatio, GOALS, underLambda } from "./goals.ts";
import { waitMs, type ColdStart } from "./cold.ts";
import { DELAYS_MS, type Results } from "./measurements.ts";
import { inMilliseconds, inWords, median, ratio, spread, type Ratio } from "./statistics.ts";
import type { Times } from "./warm.ts";

const OWN = /^(authorizer|handler|no-snapshot)/;
const NAMES: Readonly<Record<string, string>> = {
  ...PEERS,
  ...REFERENCES,
  authorizer: "this authorizer",
  "no-snapshot/authorizer": "this authorizer",
  "old-snapshot/authorizer": "this authorizer, with a snapshot an hour old",
  handler: "this authorizer, event to policy",
  "handler, logging": "this authorizer, with its log line",
  bare: "bare crypto.verify",
};

/** The tables of bench/performance.md. */
export function tables(all: readonly Results[], builds: Builds): string {
  return [
    conditions(all),
    "### Goals",
    goalTable(all),
    "### What a first caller waits for, keys at hand",
    coldTable(all, builds),
    "### The same by the function's memory, in milliseconds",
    memorySizeTable(all),
    "### Warm: bare `crypto.verify` with a ready key = 1",
    ratioTable(all, ({ warm }) => ratios(warm.distinct, "bare"), ["distinct tokens"]),
    "### Cold start with a fetch of keys: milliseconds more than a handler that does nothing",
    networkTable(all),
    "### Under Lambda's runtime client",
    lambdaTable(all),
    "### Refusing: bare `crypto.verify` = 1",
    ratioTable(all, ({ refusals }) => ratios(refusals, "bare"), ["what is wrong with the token"]),
    "### Memory",
    memoryTable(all),
  ].join("\n\n");
}

/** The same as bars, one picture for each version of Node.js. */
export function picture({ runtime, cold, warm }: Results): string {
  const waits = Object.fromEntries([...cold].map(([name, { wait }]) => [name, wait]));
  const groups: Group[] = [
    {
      title: `What a first caller waits for on Node.js ${runtime.version}, keys at hand, one log line; bare crypto.verify = 1`,
      bars: bars(ratios(waits, "bare-verify")).filter(({ name }) => !name.includes("nothing")),
    },
    {
      title: `Warm on Node.js ${runtime.version}, distinct tokens; bare crypto.verify = 1`,
      bars: bars(ratios(warm.distinct, "bare")).filter(({ name }) => !/handler|caching/.test(name)),
    },
  ];
  return drawBars(groups);
}

function bars(all: ReadonlyMap<string, Ratio>): Bar[] {
  return [...all]
    .map(([name, { median: value, low, high }]) => ({
      name: label(name),
      value,
      low,
      high,
      own: OWN.test(name),
    }))
    .sort((a, b) => a.value - b.value);
}

function ratios(times: Times, reference: string): ReadonlyMap<string, Ratio> {
  return new Map(
    Object.entries(times).map(([name, values]) => [name, ratio(values, times[reference] ?? [])]),
  );
}

function label(name: string): string {
  const [subject = "", ...rest] = name.split(", ");
  return NAMES[name] ?? [NAMES[subject] ?? subject, ...rest].join(", ");
}

function conditions(all: readonly Results[]): string {
  const noise = all.map(({ runtime, cold, warm }) => {
    const start = spread(cold.get("nothing")?.milliseconds ?? []);
    return `Node.js ${runtime.version}: ±${percent(start / 2)} cold, ±${percent(spread(warm.distinct["bare"] ?? []) / 2)} warm`;
  });
  const { model = "" } = cpus()[0] ?? {};
  const date = new Date().toISOString().slice(0, 10);
  return [
    `Measured on ${date}: ${model}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, ${process.platform}-${process.arch}.`,
    `Noise of this run, as half of the middle half of the rounds: ${noise.join("; ")}.`,
  ].join(" ");
}

function goalTable(all: readonly Results[]): string {
  const rows = GOALS.map(({ what, goal, measured, limit }) => [
    what,
    goal,
    ...all.map((results) => {
      const [value, most] = [measured(results), limit(results)];
      const verdict = value <= most ? "✓" : `missed by ${percent(value / most - 1)}`;
      const beside = /\d/.test(goal) ? "" : ` (${most.toFixed(2)})`;
      return `${value.toFixed(2)}${beside} ${verdict}`;
    }),
  ]);
  return table(["what", "goal", ...versions(all)], rows);
}

function ratioTable(
  all: readonly Results[],
  of: (results: Results) => ReadonlyMap<string, Ratio>,
  head: readonly string[],
): string {
  const measured = all.map(of);
  const names = [...(measured[0]?.keys() ?? [])];
  return table(
    [...head, ...versions(all)],
    names.map((name) => [label(name), ...measured.map((ratios) => inWordsOf(ratios, name))]),
  );
}

function inWordsOf(ratios: ReadonlyMap<string, Ratio>, name: string): string {
  const found = ratios.get(name);
  return found === undefined ? "" : inWords(found);
}

/** Milliseconds: medians, and of the wait in brackets the middle half of the rounds. */
function coldTable(all: readonly Results[], { bytes }: Builds): string {
  const names = [...(all[0]?.cold.keys() ?? [])];
  const rows = names.map((name) => {
    const size = bytes[name.replace(/, .*/, "") as keyof Builds["bytes"]];
    const cells = all.flatMap(({ cold }) => {
      const own = cold.get(name);
      if (own === undefined) return [];
      const spawned = median(own.milliseconds).toFixed(0);
      return [median(own.start).toFixed(1), median(own.first).toFixed(1), inMilliseconds(own.wait), spawned];
    });
    return [label(name), size.toLocaleString("en"), ...cells];
  });
  const head = all.flatMap(({ runtime: { version } }) => [
    `N${version} start`,
    "first call",
    "wait",
    "spawn",
  ]);
  return table(["bundle", "bytes", ...head], rows);
}

const MEMORY_SIZES_MB = [128, 256, 512, 1024] as const;

/** This authorizer with and without priming, and the peer whose first caller waits least at the usual size. */
function memorySizeTable(all: readonly Results[]): string {
  const waits = (name: string): number => median(all.flatMap(({ cold }) => cold.get(name)?.wait ?? []));
  const [fastest = ""] = Object.keys(PEERS).sort((one, other) => waits(one) - waits(other));
  const head = all.flatMap(({ runtime: { version } }) =>
    MEMORY_SIZES_MB.map((size) => `N${version}, ${size} MB`),
  );
  const rows = ["authorizer", "authorizer, not primed", fastest].map((name) => [
    label(name),
    ...all.flatMap(({ cold }) => MEMORY_SIZES_MB.map((size) => waitAt(size, cold.get(name)))),
  ]);
  return table(["", ...head], rows);
}

function waitAt(memoryMb: number, starts: ColdStart | undefined): string {
  const { start = [], first = [] }: Partial<ColdStart> = starts ?? {};
  return median(start.map((startMs, round) => waitMs(startMs, first[round] ?? NaN, memoryMb))).toFixed(0);
}

function networkTable(all: readonly Results[]): string {
  const names = [...(all[0]?.network.get(0)?.keys() ?? [])].filter((name) => name !== "nothing");
  const head = all.flatMap(({ runtime: { version } }) =>
    DELAYS_MS.map((delay) => `N${version}, ${delay} ms away`),
  );
  const rows = names.map((name) => [
    label(name),
    ...all.flatMap(({ network }) => DELAYS_MS.map((delay) => more(network.get(delay), name))),
  ]);
  return table(["", ...head], rows);
}

function more(starts: Results["cold"] | undefined, name: string): string {
  const [own, nothing] = [starts?.get(name)?.milliseconds ?? [], starts?.get("nothing")?.milliseconds ?? []];
  return median(own.map((time, round) => time - (nothing[round] ?? NaN))).toFixed(0);
}

function lambdaTable(all: readonly Results[]): string {
  const names = Object.keys(all[0]?.lambda.initMs ?? {});
  const head = all.flatMap(({ runtime: { version } }) => [
    `N${version} init`,
    `N${version} init and first answer`,
    `N${version} warm cost added`,
  ]);
  const rows = names.map((name) => [
    label(name),
    ...all.flatMap((results) => [
      inWords(underLambda(results, name, "initMs")),
      inWords(underLambda(results, name, "firstAnswerMs")),
      name === "nothing" ? "0" : addedRatio(results, name).toFixed(2),
    ]),
  ]);
  return table(["a handler that does nothing = 1; a bare-verify handler = 1", ...head], rows);
}

function memoryTable(all: readonly Results[]): string {
  return table(
    ["", ...versions(all)],
    [
      ["heap growth over the run", ...all.map(({ memory }) => mebibytes(memory.heapGrowthBytes))],
      ["resident memory at its end", ...all.map(({ memory }) => mebibytes(memory.rssBytes))],
    ],
  );
}

function versions(all: readonly Results[]): string[] {
  return all.map(({ runtime }) => `Node.js ${runtime.version}`);
}

function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(0)} %`;
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map((_, column) => (column === 0 ? "---" : "---:"))), ...rows.map(line)].join(
    "\n",
  );
}
