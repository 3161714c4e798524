/**
 * What a table of revocations bears, by AWS's published limits, and what its outage does to the account's concurrent
 * executions, in virtual time. It writes the tables of docs/revocation.md.
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

A few seconds; it writes the tables of docs/revocation.md.
`);

const GUIDE = "docs/revocation.md";
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

const text = [limits(), await outage()].join("\n\n");
console.log(text);
const guide = readFileSync(GUIDE, "utf8");
const [before, after] = [guide.split(BEGIN)[0], guide.split(END)[1]];
if (before === undefined || after === undefined) throw new Error(`${GUIDE} has no place for the tables`);
const whole = `${before}${BEGIN}\n\n${text}\n\n${END}${after}`;
writeFileSync(GUIDE, await format(whole, { ...(await resolveConfig(GUIDE)), filepath: GUIDE }));

function limits(): string {
  const start = CONTAINERS * (KEYS + 1) * UNITS_PER_KEY;
  const client = CONTAINERS * UNITS_PER_KEY;
  const row = (what: string, sum: string, units: number, limit: number): string[] => [
    what,
    sum,
    `${number(units)} of ${number(limit)}`,
    units <= limit ? "fits" : limit === NEW_TABLE ? "throttled, unless warmed" : "throttled",
  ];
  return table(
    ["what", "read units", "a second, of the limit", ""],
    [
      row("20,000 containers start within 10 s", `20,000 × 4 keys × 0.5`, start / 10, NEW_TABLE),
      row("the same within 1 s", `20,000 × 4 keys × 0.5`, start, NEW_TABLE),
      row(
        "hottest key: one application, all of them",
        `20,000 × 0.5 in 10 s`,
        client / CLIENT_SECONDS,
        PARTITION,
      ),
      row("the same, all started within 1 s", `20,000 × 0.5`, client, PARTITION),
      row("one user, 5,000 uncached calls a second", `5,000 × 0.5`, 5000 * UNITS_PER_KEY, PARTITION),
      row(
        "8,000 uncached calls a second of many",
        `8,000 × 3 keys × 0.5`,
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
