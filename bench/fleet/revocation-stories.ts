import { exponential, randomFrom } from "./random.ts";
import { MINUTE, RevocationFleet, SECOND } from "./revocation-fleet.ts";
import { FleetTable } from "./revocation-table.ts";

const SEED = 1;
export const CONTAINERS = 500;
const MEAN_GAP = 20 * SECOND;
/** Of somebody who goes on calling after they were revoked. */
const USER_GAP = 5 * SECOND;
/** Two revocations a minute for each hundred containers would be many; these are for the statistics. */
const REVOCATION_GAP = 1.5 * SECOND;
/** When every story begins, and when every token was issued, in milliseconds since the epoch. */
const START = Date.UTC(2026, 10, 24);
const HERD = 2000;

/** What happens, in the order of time. */
class Agenda {
  readonly #seconds: { readonly at: number; readonly happen: () => Promise<void> | void }[][] = [];

  add(at: number, happen: () => Promise<void> | void): void {
    (this.#seconds[Math.max(0, Math.floor((at - START) / SECOND))] ??= []).push({ at, happen });
  }

  async run(fleet: RevocationFleet, end: number): Promise<void> {
    for (let second = 0; second < (end - START) / SECOND; second += 1) {
      for (const { at, happen } of (this.#seconds[second] ?? []).sort((one, other) => one.at - other.at)) {
        fleet.now = at;
        await happen();
      }
      this.#seconds[second] = [];
    }
  }
}

export interface Story {
  /** How long the gateway keeps an answer, in milliseconds. */
  readonly ttl: number;
  readonly duration: number;
  /** When the table cannot be read, in milliseconds after the start. */
  readonly outage?: { readonly from: number; readonly to: number };
}

/** Somebody who is revoked and goes on calling. */
interface Revoked {
  readonly at: number;
  /** When they were let in last. */
  last: number;
}

export interface Told {
  readonly revoked: readonly Revoked[];
  readonly outageEnd: number | undefined;
  readonly table: FleetTable;
  readonly requests: number;
  readonly turnedAway: number;
  readonly waited: number;
}

/** A fleet that serves users while others are revoked and go on calling. */
export async function tell(story: Story): Promise<Told> {
  const telling = new Telling(story);
  await telling.run();
  return telling.told;
}

class Telling {
  readonly #story: Story;
  readonly #random = randomFrom(SEED);
  readonly #table = new FleetTable();
  readonly #fleet: RevocationFleet;
  readonly #agenda = new Agenda();
  readonly #revoked: Revoked[] = [];
  readonly #count = { requests: 0, turnedAway: 0, waited: 0 };

  constructor(story: Story) {
    this.#story = story;
    this.#fleet = new RevocationFleet({ table: this.#table, containers: CONTAINERS, random: this.#random });
  }

  get told(): Told {
    const { outage } = this.#story;
    return {
      ...this.#count,
      revoked: this.#revoked,
      table: this.#table,
      outageEnd: outage && START + outage.to,
    };
  }

  async run(): Promise<void> {
    const { duration, outage } = this.#story;
    this.#fleet.now = START;
    for (let index = 0; index < CONTAINERS; index += 1) this.#serve(index);
    const [from, to] = [START + 10 * MINUTE, START + duration - 15 * MINUTE];
    for (let at = from; at < to; at += REVOCATION_GAP) this.#revoke(`auth0|user-${at}`, at);
    if (outage !== undefined) {
      this.#agenda.add(START + outage.from, () => void (this.#table.isDown = true));
      this.#agenda.add(START + outage.to, () => void (this.#table.isDown = false));
    }
    await this.#agenda.run(this.#fleet, START + duration);
  }

  /** A container's next request by somebody whom nobody revokes. */
  #serve(index: number): void {
    this.#agenda.add(this.#after(MEAN_GAP), async () => {
      const { outcome, waited } = await this.#fleet.check(index, "auth0|bob", this.#fleet.now);
      this.#count.requests += 1;
      if (outcome !== "accepted") this.#count.turnedAway += 1;
      if (waited > 0) this.#count.waited += 1;
      this.#serve(index);
    });
  }

  #revoke(subject: string, at: number): void {
    const entry = { at, last: at };
    this.#revoked.push(entry);
    this.#call(subject, entry, { at: at - MINUTE - this.#story.ttl * this.#random(), cachedUntil: 0 });
    this.#agenda.add(at, () => this.#table.write({ kind: "sub", value: subject, issuer: "*" }, at));
  }

  /** They come to any container, unless the gateway still knows its answer; once refused, they try for a while. */
  #call(subject: string, entry: Revoked, { at, cachedUntil }: { at: number; cachedUntil: number }): void {
    this.#agenda.add(at, async () => {
      const isCached = at < cachedUntil;
      const anywhere = Math.floor(this.#random() * CONTAINERS);
      const isAccepted =
        isCached || (await this.#fleet.check(anywhere, subject, START)).outcome === "accepted";
      if (isAccepted && at > entry.at) entry.last = at;
      if (!isAccepted && at > entry.at + 10 * MINUTE) return;
      const answeredUntil = isAccepted && !isCached ? at + this.#story.ttl : cachedUntil;
      this.#call(subject, entry, { at: this.#after(USER_GAP), cachedUntil: answeredUntil });
    });
  }

  #after(mean: number): number {
    return this.#fleet.now + mean * exponential(this.#random);
  }
}

export interface Herd {
  readonly entries: number;
  /** Until the last container had its list, in milliseconds. */
  readonly until: number;
  readonly requests: number;
  readonly turnedAway: number;
  readonly table: FleetTable;
}

/** 2,000 containers that get their first request within ten seconds, and a list of so many entries. */
export async function stampede(entries: number): Promise<Herd> {
  const random = randomFrom(SEED);
  const weight = Math.max(1, entries / 1000);
  const table = new FleetTable({ weight });
  const kept = entries / weight;
  const DAY = 24 * 60 * MINUTE;
  for (let index = 0; index < kept; index += 1)
    table.write(
      { kind: "sid", value: `session-${index}`, issuer: "*" },
      START - DAY + Math.floor((index * DAY) / kept),
    );
  const fleet = new RevocationFleet({ table, containers: HERD, random });
  const agenda = new Agenda();
  const count = { requests: 0, turnedAway: 0, until: 0 };
  const request = (index: number, at: number): void =>
    agenda.add(at, async () => {
      const { outcome } = await fleet.check(index, "auth0|bob", at);
      count.requests += 1;
      if (outcome === "accepted") count.until = Math.max(count.until, at - START);
      else {
        count.turnedAway += 1;
        // Whoever gets a 503 with Retry-After comes back.
        request(index, at + 5 * SECOND * (0.5 + random()));
      }
    });
  for (let index = 0; index < HERD; index += 1) request(index, START + random() * 10 * SECOND);
  await agenda.run(fleet, START + 10 * MINUTE);
  return { entries, table, ...count };
}
