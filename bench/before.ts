/**
 * Measures the bundle in dist/ beside an earlier build of it, and prints a table.
 *
 *     git worktree add ../before v0.1.0 && (cd ../before && npm ci)
 *     npx tsx bench/before.ts ../before/dist
 */
import { cpSync, mkdirSync, statSync } from "node:fs";
import { answerHelp } from "../tools/build/usage.ts";
import { codeFiles } from "../src/deploy/package/function-files.ts";
import { buildProduct, bundlePath, copyAuthorizer } from "./builds.ts";
import { measureCold, type ColdStart } from "./cold.ts";
import { resultOf, runtimes, type Runtime } from "./probe.ts";
import { attacks } from "./refusals.ts";
import { table } from "./report.ts";
import { ratio, spreadText, type Ratio } from "./statistics.ts";
import { BenchTenant, eventWith } from "./tenant.ts";
import type { Times } from "./warm.ts";

const IS_QUICK = process.argv.includes("--quick");
const COLD_ROUNDS = IS_QUICK ? 20 : 100;
const WARM_ROUNDS = IS_QUICK ? 15 : 60;
/** What each number may be. */
const GOALS = { wait: 1.03, first: 0.5, spawn: 1.12, warm: 1, refusal: 1 } as const;

answerHelp(`Measures the bundle beside an earlier build of it, on each Node.js of Lambda.

  npx tsx bench/before.ts <the dist folder of the earlier build> [--quick]

Five minutes, with --quick one; it prints a table, in which less than 1 is faster or smaller than before.
`);

const COLD: Readonly<Record<keyof ColdStart, string>> = {
  wait: "the first caller's wait, 512 MB",
  first: "the first call",
  start: "the start, without Node.js's own",
  milliseconds: "from the start of the process to the first answer",
  cpu: "the same in processor time",
  rss: "resident memory",
};

interface Measured {
  readonly runtime: Runtime;
  readonly cold: ReadonlyMap<string, ColdStart>;
  /** Microseconds by what is right or wrong with the token, then by build. */
  readonly warm: Readonly<Record<string, Times>>;
}

const [earlier] = process.argv.slice(2);
if (earlier === undefined) throw new Error("Which build is it to be compared with? See --help.");
const folder = await buildProduct(["cold", "before"]);
for (const name of ["now", "before"]) mkdirSync(`${folder}/${name}`);
copyAuthorizer(`${folder}/now`);
for (const file of codeFiles(earlier)) cpSync(`${earlier}/${file}`, `${folder}/before/${file}`);

const all: Measured[] = [];
for (const runtime of runtimes()) all.push(await measured(runtime));
console.log(report(all));

async function measured(runtime: Runtime): Promise<Measured> {
  const tenant = new BenchTenant("acme.eu.auth0.com");
  for (const name of ["now", "before"]) tenant.writeSnapshot(`${folder}/${name}`);
  const environment = tenant.environment();
  const starters = ["now", "before"].map((name) => ({ name, bundle: `${name}/authorizer`, environment }));
  const accepted = Array.from({ length: 100 }, (_, user) => eventWith(tenant.idToken(user)));
  const warm = await resultOf<Measured["warm"]>(
    { runtime, name: "before", environment },
    {
      bundles: { now: bundlePath("now/authorizer"), before: bundlePath("before/authorizer") },
      events: { accepted, ...attacks(tenant, 100) },
      rounds: WARM_ROUNDS,
    },
  );
  return { runtime, cold: await measureCold(runtime, tenant, starters, COLD_ROUNDS), warm };
}

function report(all: readonly Measured[]): string {
  const cold = (what: keyof ColdStart, goal?: number): Row => ({
    what: COLD[what],
    goal,
    of: (measured) =>
      ratio(measured.cold.get("now")?.[what] ?? [], measured.cold.get("before")?.[what] ?? []),
  });
  const warm = (kind: string): Row => ({
    what: `warm: ${kind}`,
    goal: kind === "accepted" ? GOALS.warm : GOALS.refusal,
    of: ({ warm }) => ratio(warm[kind]?.["now"] ?? [], warm[kind]?.["before"] ?? []),
  });
  const rows = [
    cold("wait", GOALS.wait),
    cold("first", GOALS.first),
    cold("start"),
    cold("milliseconds", GOALS.spawn),
    cold("cpu"),
    ...Object.keys(all[0]?.warm ?? {}).map(warm),
  ];
  const sizes = [
    "bytes and files of the function",
    "",
    ...all.map(() => `${sizeOf("now")} / ${sizeOf("before")}`),
  ];
  return table(
    ["now / before", "goal", ...all.map(({ runtime }) => `Node.js ${runtime.version}`)],
    [sizes, ...rows.map((row) => cellsOf(row, all))],
  );
}

interface Row {
  readonly what: string;
  readonly goal: number | undefined;
  readonly of: (measured: Measured) => Ratio;
}

function cellsOf({ what, goal, of }: Row, all: readonly Measured[]): string[] {
  const cells = all.map((measured) => {
    const found = of(measured);
    if (goal === undefined) return spreadText(found);
    return `${spreadText(found)} ${Number(found.median.toFixed(2)) <= goal ? "✓" : "✗"}`;
  });
  return [what, goal === undefined ? "" : `≤ ${goal.toFixed(2)}`, ...cells];
}

function sizeOf(name: string): string {
  const files = codeFiles(`${folder}/${name}`);
  const bytes = files.reduce((sum, file) => sum + statSync(`${folder}/${name}/${file}`).size, 0);
  return `${bytes.toLocaleString("en")} in ${files.length}`;
}
