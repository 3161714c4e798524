/**
 * Runs a fleet of containers through six hours of virtual time with each kind of key set, writes the plot to
 * bench/fleet.svg and the table into bench/fleet.md. The same seed gives the same fleet.
 *
 *     tsx bench/fleet/run.ts
 */
import { readFileSync, writeFileSync } from "node:fs";
import { answerHelp } from "../../tools/build/usage.ts";
import { STRATEGIES } from "./strategies.ts";
import { simulate, type FleetRecord } from "./fleet.ts";
import { plot } from "./plot.ts";
import { CHAPTERS, END, MINUTE, SECOND, type Chapter } from "./scenario.ts";
import { RATE_LIMIT_PER_SECOND } from "./tenant.ts";

const SEED = 1;
const BEGIN = "<!-- fleet: written by bench/fleet/run.ts -->";
const FINISH = "<!-- fleet: end -->";
const GUIDE = "bench/fleet.md";

answerHelp(`Runs a fleet of containers through six hours of virtual time.

  npx tsx bench/fleet/run.ts

A minute; it writes bench/fleet.svg and the table of ${GUIDE}.
`);
const records: FleetRecord[] = [];
for (const strategy of STRATEGIES) records.push(await simulate(strategy, SEED));
const text = table(records);
console.log(text);
writeFileSync("bench/fleet.svg", drawn(records));
const guide = readFileSync(GUIDE, "utf8");
const [before, after] = [guide.split(BEGIN)[0], guide.split(FINISH)[1]];
if (before === undefined || after === undefined) throw new Error(`${GUIDE} has no place for the table`);
writeFileSync(GUIDE, `${before}${BEGIN}\n\n${text}\n\n${FINISH}${after}`);

type Row = readonly [string, (record: FleetRecord) => string];

function table(records: readonly FleetRecord[]): string {
  const rows: readonly Row[] = [
    ["containers started", ({ containers }) => count(containers)],
    ["requests of valid users", ({ valid }) => count(sum(valid))],
    ["… that waited for a fetch", ({ valid, waited }) => percent(waited / sum(valid))],
    ["… refused", ({ rejected }) => count(sum(rejected))],
    ...Object.values(CHAPTERS).map((chapter): Row => [
      `… during: ${chapter.title}`,
      (record) => rejectedIn(record, chapter),
    ]),
    ["JWKS requests at the tenant", ({ tenant }) => count(tenant.fetches)],
    ["… a second on average", ({ tenant }) => (tenant.fetches / (END / SECOND)).toFixed(1)],
    ["… a second at most", ({ tenant }) => count(Math.max(...tenant.perSecond))],
    ["… answered 429", ({ tenant }) => count(tenant.rateLimited)],
    ["revoked key accepted last after", ({ stolenKeys }) => lastAccepted(stolenKeys.first)],
    ["… share of its requests", ({ stolenKeys }) => acceptedShare(stolenKeys.first)],
    [
      "key revoked in the flood: share of its requests",
      ({ stolenKeys }) => acceptedShare(stolenKeys.inFlood),
    ],
    [
      "… share once 70 minutes had passed",
      ({ stolenKeys: { inFlood } }) => percent(inFlood.lateAccepted / inFlood.lateRequests),
    ],
  ];
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [
    line(["", ...records.map(({ strategy }) => strategy)]),
    line(["---", ...records.map(() => "---:")]),
    ...rows.map(([name, cell]) => line([name, ...records.map(cell)])),
  ].join("\n");
}

type StolenKeyRecord = FleetRecord["stolenKeys"]["first"];

function lastAccepted({ last }: StolenKeyRecord): string {
  return `${count(Math.round(last / SECOND))} s`;
}

function acceptedShare({ accepted, requests }: StolenKeyRecord): string {
  return percent(accepted / requests);
}

function rejectedIn({ valid, rejected }: FleetRecord, { from, to }: Chapter): string {
  const [first, last] = [from / MINUTE, to / MINUTE];
  return percent(sum(rejected.slice(first, last)) / sum(valid.slice(first, last)));
}

/** The renewed snapshot differs in what the revoked key may do, and the other rule is not ours: no lines. */
function drawn(records: readonly FleetRecord[]): string {
  const shown = records.filter(({ strategy }) => !/renewed|if 429/.test(strategy));
  const minutes = Array.from({ length: END / MINUTE }, (_, minute) => minute);
  const requests = shown.map(({ strategy, tenant: { perSecond } }) => ({
    name: strategy,
    values: minutes.map((minute) => sum(perSecond.slice(minute * 60, minute * 60 + 60)) / 60),
  }));
  const rejections = shown.map(({ strategy, rejected, valid }) => ({
    name: strategy,
    values: minutes.map((minute) => (100 * (rejected[minute] ?? 0)) / (valid[minute] ?? 1)),
  }));
  const limit = { value: RATE_LIMIT_PER_SECOND, name: "what Auth0 answers" };
  return plot(
    [
      { title: "JWKS requests a second at the tenant", lines: requests, limit },
      { title: "Valid users refused, percent", lines: rejections },
    ],
    Object.values(CHAPTERS),
    END,
  );
}

function sum(values: Uint32Array): number {
  return values.reduce((total, value) => total + value, 0);
}

function count(value: number): string {
  return value.toLocaleString("en");
}

function percent(share: number): string {
  return `${(100 * share).toFixed(share > 0 && share < 0.1 ? 2 : 1)} %`;
}
