/**
 * Measures the bundle in dist/ beside the usual libraries, and writes the tables and pictures of
 * bench/performance.md. Everything happens on this machine; the network is its loopback interface.
 *
 *     npm run bench             about three minutes
 *     npm run bench -- --quick  about one minute; prints the tables and writes nothing
 */
import { readFileSync, writeFileSync } from "node:fs";
import { format, resolveConfig } from "prettier";
import { answerHelp } from "../tools/build/usage.ts";
import { buildAll } from "./builds.ts";
import { FULL, measure, QUICK, type Results } from "./measurements.ts";
import { runtimes } from "./probe.ts";
import { picture, tables } from "./report.ts";

const GUIDE = "bench/performance.md";
const BEGIN = "<!-- bench: written by bench/run.ts -->";
const END = "<!-- bench: end -->";

answerHelp(`Measures the bundle beside the usual libraries, on each Node.js of Lambda.

  npm run bench [-- --quick]

Three minutes; it writes the tables and pictures of ${GUIDE}. With --quick one minute, and it writes nothing.
`);
const isQuick = process.argv.includes("--quick");
const builds = await buildAll();
const all: Results[] = [];
for (const runtime of runtimes()) all.push(await measure(runtime, builds, isQuick ? QUICK : FULL));
const text = tables(all, builds);
console.log(text);
if (!isQuick) await write(text, all);

async function write(text: string, all: readonly Results[]): Promise<void> {
  const guide = readFileSync(GUIDE, "utf8");
  const [before, after] = [guide.split(BEGIN)[0], guide.split(END)[1]];
  if (before === undefined || after === undefined) throw new Error(`${GUIDE} has no place for the tables`);
  const whole = `${before}${BEGIN}\n\n${text}\n\n${END}${after}`;
  writeFileSync(GUIDE, await format(whole, { ...(await resolveConfig(GUIDE)), filepath: GUIDE }));
  for (const results of all)
    writeFileSync(`bench/performance-node${results.runtime.version}.svg`, picture(results));
}
