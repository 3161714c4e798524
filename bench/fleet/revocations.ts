/**
 * How long it takes until a fleet of containers refuses whoever is revoked, in virtual time: with each cache of the
 * gateway, through an outage of the table, and when all containers start together. It writes the tables of
 * docs/revocation.md. The same seed gives the same fleet.
 *
 *     tsx bench/fleet/revocations.ts
 */
import { readFileSync, writeFileSync } from "node:fs";
import { format, resolveConfig } from "prettier";
import { answerHelp } from "../../tools/build/usage.ts";
import { MINUTE, SECOND } from "./revocation-fleet.ts";
import { CONTAINERS, stampede, tell, type Herd, type Told } from "./revocation-stories.ts";

answerHelp(`Lets a fleet of containers refuse whoever is revoked, in virtual time.

  npm run bench:fleet:revocations

Three minutes; it writes the tables of docs/revocation.md.
`);
const GUIDE = "docs/revocation.md";
const BEGIN = "<!-- fleet: written by bench/fleet/revocations.ts -->";
const END = "<!-- fleet: end -->";
const TTLS = [0, 60, 300];
const SIZES = [100, 1000, 10_000];

const calm: Told[] = [];
for (const seconds of TTLS) calm.push(await tell({ ttl: seconds * SECOND, duration: 50 * MINUTE }));
const outage = await tell({
  ttl: 0,
  duration: 100 * MINUTE,
  outage: { from: 12 * MINUTE, to: 72 * MINUTE },
});
const herds: Herd[] = [];
for (const entries of SIZES) herds.push(await stampede(entries));
const text = [refusalTable(calm), outageText(outage), herdTable(herds)].join("\n\n");
console.log(text);
const guide = readFileSync(GUIDE, "utf8");
const [before, after] = [guide.split(BEGIN)[0], guide.split(END)[1]];
if (before === undefined || after === undefined) throw new Error(`${GUIDE} has no place for the tables`);
const whole = `${before}${BEGIN}\n\n${text}\n\n${END}${after}`;
writeFileSync(GUIDE, await format(whole, { ...(await resolveConfig(GUIDE)), filepath: GUIDE }));

function refusalTable(all: readonly Told[]): string {
  return table(
    ["cache of the gateway", "half are refused within", "99 % within", "all within", "requests that waited"],
    all.map((told, index) => {
      const times = told.revoked.map(({ at, last }) => last - at);
      const waited = percent(told.waited / told.requests);
      return [`${TTLS[index] ?? ""} s`, ...[0.5, 0.99, 1].map((share) => within(times, share)), waited];
    }),
  );
}

function outageText({ revoked, outageEnd = 0, turnedAway, requests, table }: Told): string {
  const during = revoked.filter(({ at }) => at > outageEnd - 60 * MINUTE && at < outageEnd);
  const times = during.map(({ last }) => Math.max(0, last - outageEnd));
  const rate = (table.queries / (100 * 60) / CONTAINERS) * 1000;
  return (
    `**An outage of the table for an hour**, without a gateway's cache: of ${requests.toLocaleString("en")} requests of ` +
    `users in good standing ${turnedAway.toLocaleString("en")} were turned away. Whoever was revoked in that hour got in ` +
    `until it was over; half of them were refused ${within(times, 0.5)} after its end, 99 % ${within(times, 0.99)}. A ` +
    `thousand containers read the table ${rate.toFixed(0)} times a second, on average over the whole of it.`
  );
}

function herdTable(all: readonly Herd[]): string {
  return table(
    [
      "2,000 containers start at once, with",
      "read units",
      "throttled",
      "first answers that were 500",
      "all have it after",
    ],
    all.map(({ entries, table, until, requests, turnedAway }) => [
      `${entries.toLocaleString("en")} entries`,
      Math.round(table.units).toLocaleString("en"),
      percent(table.throttled / table.queries),
      percent(turnedAway / requests),
      `${Math.ceil(until / SECOND)} s`,
    ]),
  );
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map((_, index) => (index === 0 ? "---" : "---:"))), ...rows.map(line)].join(
    "\n",
  );
}

function within(times: readonly number[], share: number): string {
  const sorted = [...times].sort((one, other) => one - other);
  return `${Math.round((sorted[Math.ceil(share * sorted.length) - 1] ?? NaN) / SECOND)} s`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(share > 0 && share < 0.1 ? 2 : 1)} %`;
}
