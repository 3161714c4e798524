/**
 * Fuzzes the authorizer and prints what came of it: `fuzz.ts [--full] [--seed N]`. It ends with 1 where anything
 * but zero was wrongly allowed, wrongly rejected, unclassified or leaked, and keeps those cases in `corpus.json`.
 */
import { parseArgs } from "node:util";
import { answerHelp } from "../../tools/build/usage.ts";
import { createCampaigns, type Tally } from "./campaign.ts";
import { keepInCorpus, readCorpus } from "./corpus.ts";
import { runRouteCampaign } from "./route-campaign.ts";

const SHORT = { mutated: 20_000, signed: 2000, events: 10_000 };
const FULL = { mutated: 1_000_000, signed: 100_000, events: 100_000 };
const FAILURES = ["wronglyAllowed", "wronglyRejected", "unclassified", "leaked"] as const;
const MOST_KEPT = 20;

answerHelp(`Looks for a wrong verdict: half a minute of mutated tokens, signed tokens and events.

  npx tsx test/fuzz/fuzz.ts [--full] [--seed N]

  --full     a million tokens, not thousands
  --seed N   the same cases as a run that printed this seed
`);
const { values } = parseArgs({ options: { full: { type: "boolean" }, seed: { type: "string" } } });
const seed = values.seed === undefined ? Date.now() % 2 ** 31 : Number(values.seed);
const campaigns = createCampaigns();

console.log(`seed ${seed}`);
console.log(
  "campaign      tried    allowed   wrongly allowed   wrongly rejected   unclassified   leaked   seconds",
);
const tallies = [await runAndPrint("corpus", () => campaigns.replay(readCorpus()))];
for (const [name, runs] of Object.entries(values.full === true ? FULL : SHORT)) {
  tallies.push(await runAndPrint(name, () => campaigns.run(name as keyof typeof FULL, runs, seed)));
}

if (tallies.some((tally) => FAILURES.some((failure) => tally[failure] > 0))) {
  keepInCorpus(campaigns.findings.slice(0, MOST_KEPT));
  console.log(JSON.stringify(campaigns.findings.slice(0, MOST_KEPT), null, 2));
  process.exitCode = 1;
}

const routes = await runRouteCampaign(values.full === true ? 20_000 : 1000, seed);
const { tried, accepted, wronglyAllowed, wronglyRejected } = routes;
console.log(
  `routes     tried ${tried}, accepted ${accepted}, wrongly allowed ${wronglyAllowed.length}, wrongly rejected ${wronglyRejected.length}`,
);
if (wronglyAllowed.length + wronglyRejected.length > 0) {
  console.log([...wronglyAllowed, ...wronglyRejected].slice(0, MOST_KEPT).join("\n"));
  process.exitCode = 1;
}

async function runAndPrint(name: string, campaign: () => Promise<Tally>): Promise<Tally> {
  const startedAt = performance.now();
  const tally = await campaign();
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  const counts = [tally.tried, tally.allowed, ...FAILURES.map((failure) => tally[failure]), seconds];
  const widths = [8, 11, 18, 19, 15, 9, 10];
  console.log(name.padEnd(11) + counts.map((count, i) => String(count).padStart(widths[i] ?? 0)).join(""));
  return tally;
}
