import { cpus, totalmem } from "node:os";
import { drawBars, type Bar, type Group } from "./bars.ts";
import { PEERS, REFERENCES, type Builds } from "./builds.ts";
import { addedRatio, goalsOf, underLambda } from "./goals.ts";
import { DELAYS_MS, type Results } from "./measurements.ts";
import { inWords, median, ratio, spread, type Ratio } from "./statistics.ts";
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

/** The tables of docs/performance.md. */
export function tables(all: readonly Results[], builds: Builds): string {
  return [
    conditions(all),
    "### Goals",
    goalTable(all, builds),
    "### Warm: bare `crypto.verify` with a ready key = 1",
    ratioTable(all, ({ warm }) => ratios(warm.distinct, "bare"), ["distinct tokens"]),
    ratioTable(all, ({ warm }) => ratios(warm.repeated, "bare"), ["the same token again"]),
    "### Cold start with keys at hand: a handler that does nothing = 1",
    coldTable(all, builds),
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
  const coldTimes = Object.fromEntries([...cold].map(([name, { milliseconds }]) => [name, milliseconds]));
  const groups: Group[] = [
    {
      title: `Cold start on Node.js ${runtime.version}, keys at hand, one log line; a handler that does nothing = 1`,
      bars: bars(ratios(coldTimes, "nothing")).filter(({ name }) => !name.endsWith(", no log line")),
      goal: 1.35,
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

function goalTable(all: readonly Results[], builds: Builds): string {
  const rows = goalsOf(builds).map(({ what, goal, measured, limit, unit = "" }) => [
    what,
    goal,
    ...all.map((results) => {
      const [value, most] = [measured(results), limit(results)];
      const verdict = value <= most ? "✓" : `missed by ${percent(value / most - 1)}`;
      const beside = /\d/.test(goal) ? "" : ` (${most.toFixed(2)})`;
      return `${value.toFixed(2)}${unit}${beside} ${verdict}`;
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

function coldTable(all: readonly Results[], { bytes }: Builds): string {
  const names = [...(all[0]?.cold.keys() ?? [])];
  const rows = names.map((name) => {
    const size = bytes[name.replace(", no log line", "") as keyof Builds["bytes"]];
    const cells = all.flatMap(({ cold }) => {
      const [own, nothing] = [cold.get(name), cold.get("nothing")];
      if (own === undefined || nothing === undefined) return [];
      const wall = inWords(ratio(own.milliseconds, nothing.milliseconds));
      const cpu = ratio(own.cpu, nothing.cpu).median.toFixed(2);
      return [wall, cpu, `${median(own.milliseconds).toFixed(0)} ms`, mebibytes(median(own.rss))];
    });
    return [label(name), size.toLocaleString("en"), ...cells];
  });
  const head = all.flatMap(({ runtime: { version } }) => [`N${version}`, "CPU", "time", "RSS"]);
  return table(["bundle", "bytes", ...head], rows);
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
