/**
 * What a table of revocations bears, by AWS's published limits, and what its outage does to the account's concurrent
 * executions, in virtual time. It writes the tables of bench/revocations.md.
 *
 *     tsx bench/fleet/revocations.ts
 */
import { readFileSync, writeFileSync } from "node:fs";
import { format, resolveConfig } from "prettier";
import { answerHelp } from "../../tools/build/usage.ts";
import { table } from "../report.ts";
import { simulateOutage } from "./outage.ts";

answerHelp(`Compares lookups of revocations with AWS's limits, and simulates an outage of the table.

  npx tsx bench/fleet/revocations.ts

A few seconds; it writes the tables of bench/revocations.md.
`);

const GUIDE = "bench/revocations.md";
const BEGIN = "<!-- fleet: written by bench/fleet/revocations.ts -->";
const END = "<!-- fleet: end -->";
/**
 * Read units a second. docs.aws.amazon.com/amazondynamodb/latest/developerguide/warm-throughput-scenarios.html, read in
 * November 2026.
 */
const PARTITION = 3000;
const NEW_TABLE = 12_000;
/** Of one key in an eventually consistent read of an item up to 4 KB. */
const UNITS_PER_KEY = 0.5;
/** A user, a session and a token; the application is asked for by each container once in ten seconds. */
const KEYS = 3;
const CLIENT_SECONDS = 10;
const CONTAINERS = 20_000;
/**
 * How many containers of a function Lambda starts within ten seconds at most.
 * docs.aws.amazon.com/lambda/latest/dg/scaling-behavior.html, read in November 2026.
 */
const STARTS = 1000;
const START_SECONDS = 10;
/**
 * How many calls API Gateway lets an account make at once, unless AWS has raised it: the burst of its throttle.
 * docs.aws.amazon.com/apigateway/latest/developerguide/limits.html, read in November 2026.
 */
const BURST = 5000;

const text = [limits(), await outage()].join("\n\n");
console.log(text);
const guide = readFileSync(GUIDE, "utf8");
const [before, after] = [guide.split(BEGIN)[0], guide.split(END)[1]];
if (before === undefined || after === undefined) throw new Error(`${GUIDE} has no place for the tables`);
const whole = `${before}${BEGIN}\n\n${text}\n\n${END}${after}`;
writeFileSync(GUIDE, await format(whole, { ...(await resolveConfig(GUIDE)), filepath: GUIDE }));

function limits(): string {
  const row = (what: string, sum: string, units: number, limit: number): string[] => [
    what,
    sum,
    `${number(units)} of ${number(limit)}`,
    units <= limit ? "fits" : "throttled",
  ];
  const starts = STARTS / START_SECONDS;
  const asked = CONTAINERS * UNITS_PER_KEY;
  return table(
    ["what", "read units a second", "of the limit", ""],
    [
      row(
        "20,000 containers start, as fast as Lambda starts them",
        "1,000 in 10 s × 4 keys × 0.5",
        starts * (KEYS + 1) * UNITS_PER_KEY,
        NEW_TABLE,
      ),
      row(
        "hottest key: the one application of 20,000 containers in use",
        "20,000 × 0.5 in 10 s",
        asked / CLIENT_SECONDS,
        PARTITION,
      ),
      row(
        "and 1,000 more start in the same second",
        "1,000 + 1,000 × 0.5",
        asked / CLIENT_SECONDS + STARTS * UNITS_PER_KEY,
        PARTITION,
      ),
      row(
        "5,000 idle containers get a call at once: API Gateway's burst",
        "5,000 × 0.5",
        BURST * UNITS_PER_KEY,
        PARTITION,
      ),
      row("20,000 idle containers get a call in the same second", "20,000 × 0.5", asked, PARTITION),
      row("one user, 5,000 uncached calls a second", "5,000 × 0.5", 5000 * UNITS_PER_KEY, PARTITION),
      row(
        "8,000 uncached calls a second of many users",
        "8,000 × 3 keys × 0.5",
        8000 * KEYS * UNITS_PER_KEY,
        NEW_TABLE,
      ),
    ],
  );
}

async function outage(): Promise<string> {
  const row = async (what: string, backsOff: boolean): Promise<string[]> => {
    const { before, start, during } = await simulateOutage(backsOff);
    return [what, ...[before, start, during].map(number)];
  };
  return table(
    ["executions at once, at 1,000 calls a second", "before the outage", "its first 2 s", "the rest of it"],
    [await row("each call waits for the table", false), await row("each container backs off", true)],
  );
}

function number(value: number): string {
  return Math.round(value).toLocaleString("en");
}
