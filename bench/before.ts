/**
 * Measures the bundle in dist/ beside an earlier build of it, and prints a table.
 *
 *     git worktree add ../before v0.1.0 && (cd ../before && npm ci)
 *     npm run bench:before -- ../before/dist
 */
import { cpSync, mkdirSync, statSync } from "node:fs";
import { answerHelp } from "../tools/build/usage.ts";
import { codeFiles } from "../src/cli/function-zip.ts";
import { buildProduct, bundlePath, copyAuthorizer } from "./builds.ts";
import { measureCold, type ColdStart } from "./cold.ts";
import { resultOf, runtimes, type Runtime } from "./probe.ts";
import { attacks } from "./refusals.ts";
import { table } from "./report.ts";
import { ratioText } from "./statistics.ts";
import { BenchTenant, eventWith } from "./tenant.ts";
import type { Times } from "./warm.ts";

const COLD_ROUNDS = 80;
const WARM_ROUNDS = 60;
const SILENT = { AUTHORIZER_LOG_LEVEL: "silent" };

answerHelp(`Measures the bundle beside an earlier build of it, on each Node.js of Lambda.

  npm run bench:before -- <the dist folder of the earlier build>

Two minutes; it prints a table, in which less than 1 is faster or smaller than before.
`);

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
  const starters = ["now", "before"].flatMap((name) => [
    { name, bundle: `${name}/authorizer`, environment },
    {
      name: `${name}, no log line`,
      bundle: `${name}/authorizer`,
      environment: { ...environment, ...SILENT },
    },
  ]);
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
  const row = (what: string, cell: (measured: Measured) => string): string[] => [what, ...all.map(cell)];
  const coldRow = (what: string, of: string, by: "milliseconds" | "cpu"): string[] =>
    row(what, ({ cold }) => ratioText(cold.get(`now${of}`)?.[by], cold.get(`before${of}`)?.[by]));
  return table(
    row("now / before", ({ runtime }) => `Node.js ${runtime.version}`),
    [
      row("bytes that every start loads", () => `${bytesOf("now")} / ${bytesOf("before")}`),
      coldRow("cold start, to the first answer", "", "milliseconds"),
      coldRow("cold start, processor time", "", "cpu"),
      coldRow("cold start without a log line", ", no log line", "milliseconds"),
      ...Object.keys(all[0]?.warm ?? {}).map((kind) =>
        row(`warm: ${kind}`, ({ warm }) => ratioText(warm[kind]?.["now"], warm[kind]?.["before"])),
      ),
    ],
  );
}

function bytesOf(name: string): string {
  return statSync(`${folder}/${name}/authorizer.main.cjs`).size.toLocaleString("en");
}
