import { FetchError } from "../../src/http/fetch-error.ts";
import type { KeySnapshot } from "../../src/token/keys/remote-key-set.ts";
import type { ContainerKeys, Strategy, Dependencies, Outcome } from "./strategies.ts";
import { exponential, randomFrom } from "./random.ts";
import {
  CHAPTERS,
  END,
  isDuring,
  MINUTE,
  publishedAt,
  SECOND,
  signerAt,
  stolenKeyAt,
  STOLEN_KEYS,
} from "./scenario.ts";
import { FleetTenant } from "./tenant.ts";

const SLOTS = 2000;
const MEAN_LIFE = 45 * MINUTE;
const MEAN_GAP = 20 * SECOND;
/** A handshake and an answer. */
const ROUND_TRIPS = 60;
/** How long a frozen connection lasts. */
const PATIENCE = 10 * SECOND;
const STOLEN_SHARE = 0.01;
const INVENTED_SHARE = 0.1;
/** JWKS_MAX_AGE_SECONDS and JWKS_STALE_IF_ERROR_SECONDS by default. */
const STALE_LIMIT = 70 * MINUTE;
/** Far more than any strategy awaits between two fetches. */
const MICROTASKS = 40;

/** What happened to the fleet of one strategy. */
export interface FleetRecord {
  readonly strategy: string;
  readonly tenant: FleetTenant;
  containers: number;
  /** Requests of valid users, in each minute. */
  readonly valid: Uint32Array;
  /** Valid users whose request waited for a fetch. */
  waited: number;
  /** Valid users rejected, in each minute. */
  readonly rejected: Uint32Array;
  readonly stolenKeys: Readonly<Record<keyof typeof STOLEN_KEYS, StolenKeyRecord>>;
}

/** What a revoked key was still good for. */
interface StolenKeyRecord {
  requests: number;
  accepted: number;
  /** Of these, once no fetched key may be used any more where the tenant says no. */
  lateRequests: number;
  lateAccepted: number;
  /** When it was accepted last, in milliseconds after it was revoked. */
  last: number;
}

/** It makes progress only while a request waits; the other side closes a connection that is frozen for long. */
interface Fetch {
  readonly dueAt: number;
  readonly deliver: () => void;
  readonly lose: () => void;
}

interface Slot {
  keys: ContainerKeys;
  endsAt: number;
  /** Whether it was started by the deployment at once. */
  isRedeployed: boolean;
  /** Fetches under way. */
  readonly fetches: Fetch[];
}

/**
 * Runs a fleet of containers through the scenario in virtual time. A sandbox is frozen the moment that its
 * request is answered, so that no fetch in the background ever comes to an end: the worst that Lambda may do.
 */
export async function simulate(strategy: Strategy, seed: number): Promise<FleetRecord> {
  const fleet = new Fleet(strategy, randomFrom(seed));
  await fleet.run();
  return fleet.record;
}

class Fleet {
  readonly record: FleetRecord;
  readonly #strategy: Strategy;
  readonly #random: () => number;
  readonly #slots: (Slot | undefined)[] = Array.from({ length: SLOTS });
  /** Requests to come, in buckets of a second: the number of the slot and the time. */
  readonly #agenda: { readonly slot: number; readonly at: number }[][] = [];
  #now = 0;

  constructor(strategy: Strategy, random: () => number) {
    this.#strategy = strategy;
    this.#random = random;
    this.record = {
      strategy: strategy.name,
      tenant: new FleetTenant(),
      containers: 0,
      valid: new Uint32Array(END / MINUTE + 1),
      waited: 0,
      rejected: new Uint32Array(END / MINUTE + 1),
      stolenKeys: {
        first: { requests: 0, accepted: 0, lateRequests: 0, lateAccepted: 0, last: 0 },
        inFlood: { requests: 0, accepted: 0, lateRequests: 0, lateAccepted: 0, last: 0 },
      },
    };
  }

  async run(): Promise<void> {
    for (let slot = 0; slot < SLOTS; slot += 1) this.#schedule(slot, this.#random() * MINUTE);
    for (let second = 0; second < END / SECOND; second += 1) {
      const due = (this.#agenda[second] ?? []).sort((one, other) => one.at - other.at);
      for (const { slot, at } of due) {
        this.#now = at;
        await this.#request(slot);
        this.#schedule(slot, this.#now + MEAN_GAP * exponential(this.#random) + SECOND);
      }
      this.#agenda[second] = [];
    }
  }

  /** All slots get new containers within ten seconds of the second deployment. */
  #schedule(slot: number, at: number): void {
    const { from } = CHAPTERS.thunderingHerd;
    const isFirstAfter = this.#now < from && at > from;
    const time = isFirstAfter ? from + this.#random() * 10 * SECOND : at;
    if (time < END) (this.#agenda[Math.floor(time / SECOND)] ??= []).push({ slot, at: time });
  }

  async #request(index: number): Promise<void> {
    const slot = this.#containerOf(index);
    const chance = this.#random();
    const stolen = stolenKeyAt(this.#now);
    if (chance < STOLEN_SHARE && stolen !== undefined) {
      this.#countStolen(stolen, await this.#verify(slot, STOLEN_KEYS[stolen].kid));
    } else if (chance < STOLEN_SHARE + INVENTED_SHARE && isDuring(CHAPTERS.attack, this.#now)) {
      await this.#verify(slot, `invented-${this.#random()}`);
    } else {
      const arrivedAt = this.#now;
      this.#countValid(await this.#verify(slot, signerAt(this.#now, this.#random())), arrivedAt);
    }
  }

  /** The answer; time passes where the request has to wait for fetches. */
  async #verify(slot: Slot, kid: string): Promise<Outcome> {
    let outcome: Outcome | undefined;
    void slot.keys.verify(kid).then((value) => (outcome = value));
    for (;;) {
      for (let task = 0; task < MICROTASKS && outcome === undefined; task += 1) await Promise.resolve();
      if (outcome !== undefined) break;
      const fetch = slot.fetches.shift();
      if (fetch === undefined) throw new Error(`${this.#strategy.name} waits for nothing`);
      const isLost = this.#now > fetch.dueAt + PATIENCE;
      this.#now = Math.max(this.#now, fetch.dueAt);
      if (isLost) fetch.lose();
      else fetch.deliver();
    }
    return outcome;
  }

  #containerOf(index: number): Slot {
    const isRedeployed = this.#now >= CHAPTERS.thunderingHerd.from;
    const found = this.#slots[index];
    if (found !== undefined && this.#now < found.endsAt && found.isRedeployed === isRedeployed) return found;
    this.record.containers += 1;
    const fetches: Fetch[] = [];
    const started: Slot = {
      isRedeployed,
      endsAt: this.#now + MEAN_LIFE * exponential(this.#random),
      fetches,
      keys: this.#strategy.start({
        clock: () => this.#now,
        random: this.#random,
        snapshot: snapshotTaken(this.#strategy.snapshotAt(this.#now)),
        fetch: () => this.#fetch(fetches),
      }),
    };
    this.#slots[index] = started;
    return started;
  }

  #fetch(open: Fetch[]): ReturnType<Dependencies["fetch"]> {
    const answer = this.record.tenant.answer(this.#now);
    return new Promise((resolve, reject) => {
      open.push({
        dueAt: this.#now + ROUND_TRIPS,
        deliver: () => resolve(answer),
        lose: () => reject(new FetchError("read ECONNRESET", { connectionFailed: true })),
      });
    });
  }

  #countValid(outcome: Outcome, arrivedAt: number): void {
    const { record } = this;
    if (this.#now > arrivedAt) record.waited += 1;
    const minute = Math.floor(arrivedAt / MINUTE);
    increment(record.valid, minute);
    if (outcome !== "accepted") increment(record.rejected, minute);
  }

  #countStolen(stolen: keyof typeof STOLEN_KEYS, outcome: Outcome): void {
    const record = this.record.stolenKeys[stolen];
    const age = this.#now - STOLEN_KEYS[stolen].revokedAt;
    const isLate = age > STALE_LIMIT;
    record.requests += 1;
    if (isLate) record.lateRequests += 1;
    if (outcome !== "accepted") return;
    record.accepted += 1;
    if (isLate) record.lateAccepted += 1;
    record.last = age;
  }
}

function snapshotTaken(takenAt: number): KeySnapshot {
  return { jwks: { keys: publishedAt(takenAt).map(({ jwk }) => jwk) }, takenAt };
}

function increment(counts: Uint32Array, index: number): void {
  counts[index] = (counts[index] ?? 0) + 1;
}
