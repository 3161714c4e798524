import { Refusal } from "../refusal.ts";
import { JwksFetchError } from "./jwks-fetch.ts";
import { readJwkSet, usableKeys, type PublicKey } from "./public-key.ts";

/** The public keys of one issuer. */
export interface KeySet {
  /**
   * @throws Refusal `unknown_key` where the issuer does not publish it, `keys_unavailable` where that cannot be told
   */
  key(kid: string): Promise<PublicKey>;
  /** How old the keys at hand are, in seconds; undefined where there are none. */
  ageSeconds(): number | undefined;
}

/** A JWK Set that was fetched at deployment. */
export interface KeySnapshot {
  /** The JWK Set (RFC 7517 §5), parsed but not judged. */
  readonly jwks: unknown;
  /** Milliseconds since the epoch. */
  readonly takenAt: number;
}

export interface RemoteKeySetOptions {
  readonly jwksUri: string;
  /** How long fetched keys count as fresh. */
  readonly maxAgeSeconds: number;
  /** How long beyond that they may be used while they cannot be fetched (RFC 5861 §4). */
  readonly staleIfErrorSeconds: number;
  /** The limit of one fetch. */
  readonly timeoutMs: number;
  /** Keys to begin with, and how old they may be while they cannot be fetched. */
  readonly snapshot?: KeySnapshot | undefined;
  readonly snapshotMaxAgeSeconds: number;
  readonly fetch: (jwksUri: string, timeoutMs: number) => Promise<string>;
  /** Milliseconds since the epoch. A frozen sandbox must find it advanced when it is thawed. */
  readonly clock: () => number;
  /** From 0 to 1, as `Math.random`. */
  readonly random: () => number;
  /** Runs a task once the answer is on its way: loading an HTTP client for a refresh must not make a caller wait. */
  readonly later: (task: () => void) => void;
  readonly onFailure: (failure: { readonly jwksUri: string; readonly detail: string }) => void;
}

interface Keys {
  readonly byKid: ReadonlyMap<string, PublicKey>;
  readonly fetchedAt: number;
  readonly freshUntil: number;
  readonly usableUntil: number;
}

/** The last fetch, where it failed. */
interface Failure {
  readonly at: number;
  /** How many in a row. */
  readonly count: number;
  readonly retryAt: number;
  readonly error: Error;
}

/** No look for an unknown key sooner than this after the last one: whoever invents key IDs must not command fetches. */
const COOLDOWN_MS = 30_000;
/** A fetch and its retry. */
const LOAD_LIMIT_MS = 3500;
/** A fetch that took longer by the clock on the wall was frozen together with its sandbox. */
const FLIGHT_LIMIT_MS = 4000;
/** With no key at hand every request fails, so recovery must be noticed within two seconds. */
const PAUSE_WITHOUT_KEYS_MS = 1000;
/** Longer than a fetch that timed out: whoever waited for that one must not wait for the next. */
const LEAST_PAUSE_MS = 250;
const MOST_RETRY_AFTER_SECONDS = 60;
/** How long a failed fetch proves an outage. Longer than any pause between two fetches. */
const OUTAGE_MS = 120_000;
/** How long a snapshot is trusted from its first use on, while the first fetch is under way. */
const SNAPSHOT_TRUST_MS = 30_000;

/**
 * The public keys at a tenant's JWKS endpoint, kept for the life of a container.
 *
 * After half of their fresh time they are fetched anew in the background, so that no request waits. Where that
 * came to no end, since a sandbox between two invocations is frozen, one request waits for a fetch of its own;
 * where it failed, the old keys serve until the stale limit. An answer without a usable key changes nothing.
 */
export class RemoteKeySet implements KeySet {
  readonly #options: RemoteKeySetOptions;
  #keys: Keys | undefined;
  #failure: Failure | undefined;
  #flight: { readonly startedAt: number; readonly landed: Promise<void> } | undefined;
  /** When the next fetch in the background is due. */
  #refreshAt = 0;
  #wasUsed = false;

  constructor(options: RemoteKeySetOptions) {
    this.#options = options;
    this.#adoptSnapshot();
  }

  async key(kid: string): Promise<PublicKey> {
    if (!this.#wasUsed) this.#trustSnapshot();
    let key = this.#usableKeys()?.get(kid);
    if (key !== undefined && this.#options.clock() >= this.#refreshAt)
      this.#options.later(() => void this.#refresh());
    // The second round fetches only where the first was frozen; otherwise cooldown or back-off ends it at once.
    for (let round = 0; key === undefined && round < 2; round += 1) {
      await this.#waitForRefresh();
      key = this.#usableKeys()?.get(kid);
    }
    return key ?? this.#refuse();
  }

  ageSeconds(): number | undefined {
    return this.#keys && Math.round((this.#options.clock() - this.#keys.fetchedAt) / 1000);
  }

  /** Begins to fetch the keys where there are none to begin with, and waits for nothing. */
  fetchIfEmpty(): void {
    if (this.#keys === undefined) void this.#refresh();
  }

  /** A fetch in the background keeps no process alive; a request that waits for one does. */
  async #waitForRefresh(): Promise<void> {
    const alive = setInterval(() => undefined, FLIGHT_LIMIT_MS);
    await this.#refresh();
    clearInterval(alive);
  }

  /** One fetch at a time, and none too soon after the last. It never rejects. */
  #refresh(): Promise<void> {
    const startedAt = this.#options.clock();
    if (this.#flight !== undefined && !this.#isFrozen(this.#flight.startedAt)) return this.#flight.landed;
    if (startedAt < this.#nextFetchAt()) return Promise.resolve();
    const landed = this.#load(startedAt)
      .then(
        (byKid) => this.#succeed(byKid, startedAt),
        (error: unknown) => this.#fail(error as Error, startedAt),
      )
      .finally(() => {
        if (this.#flight?.landed === landed) this.#flight = undefined;
      });
    this.#flight = { startedAt, landed };
    // Once is enough: what a sandbox froze this time it would freeze again, and the tenant would be asked in vain.
    this.#refreshAt = Infinity;
    return landed;
  }

  async #load(startedAt: number): Promise<Keys["byKid"]> {
    const { jwksUri, timeoutMs, fetch, clock } = this.#options;
    const load = async (limitMs: number): Promise<Keys["byKid"]> =>
      readJwkSet(await fetch(jwksUri, Math.min(timeoutMs, limitMs)));
    try {
      return await load(LOAD_LIMIT_MS);
    } catch (error) {
      const timeLeft = startedAt + LOAD_LIMIT_MS - clock();
      if (error instanceof JwksFetchError && error.connectionFailed && timeLeft > 0) return load(timeLeft);
      throw error;
    }
  }

  /** The age counts from the start of the fetch: the tenant wrote its answer no earlier. */
  #succeed(byKid: Keys["byKid"], startedAt: number): void {
    if (startedAt < (this.#keys?.fetchedAt ?? 0)) return;
    const { maxAgeSeconds, staleIfErrorSeconds, random } = this.#options;
    const freshUntil = startedAt + maxAgeSeconds * 1000;
    // Newer keys than the snapshot's may be used at least as long as the snapshot itself.
    const usableUntil = Math.max(freshUntil + staleIfErrorSeconds * 1000, this.#snapshotUsableUntil());
    this.#keys = { byKid, fetchedAt: startedAt, freshUntil, usableUntil };
    this.#failure = undefined;
    // Containers that start together shall not refresh together.
    this.#refreshAt = startedAt + maxAgeSeconds * 1000 * (0.5 + 0.25 * random());
  }

  #fail(error: Error, startedAt: number): void {
    // Nothing is known about the tenant, which may be well: stale keys need better grounds.
    if (this.#isFrozen(startedAt)) return;
    const count = (this.#failure?.count ?? 0) + 1;
    const at = this.#options.clock();
    const retryAt = this.#retryAt(error, startedAt, count);
    this.#failure = { at, count, retryAt, error };
    this.#refreshAt = retryAt;
    this.#options.onFailure({ jwksUri: this.#options.jwksUri, detail: error.message });
  }

  /** With jitter: containers that fail together shall not come back together. */
  #retryAt(error: Error, startedAt: number, count: number): number {
    const now = this.#options.clock();
    const jitter = 1 + 0.3 * this.#options.random();
    const usableUntil = this.#keys?.usableUntil ?? 0;
    const pauseEnd =
      now < usableUntil
        ? Math.min(startedAt + COOLDOWN_MS * Math.min(count, 2) * jitter, usableUntil)
        : startedAt + PAUSE_WITHOUT_KEYS_MS * jitter;
    const retryAfter = error instanceof JwksFetchError ? (error.retryAfterSeconds ?? 0) : 0;
    const asked = Math.min(retryAfter, MOST_RETRY_AFTER_SECONDS) * 1000 * jitter;
    return Math.max(pauseEnd, now + asked, now + LEAST_PAUSE_MS);
  }

  #isFrozen(startedAt: number): boolean {
    return this.#options.clock() - startedAt > FLIGHT_LIMIT_MS;
  }

  /** Fresh keys; in an outage also stale ones, within their limit. */
  #usableKeys(): Keys["byKid"] | undefined {
    const now = this.#options.clock();
    const isOutage = this.#failure !== undefined && now < this.#failure.at + OUTAGE_MS;
    const limit = (isOutage ? this.#keys?.usableUntil : this.#keys?.freshUntil) ?? 0;
    return now < limit ? this.#keys?.byKid : undefined;
  }

  #nextFetchAt(): number {
    if (this.#failure !== undefined) return this.#failure.retryAt;
    const cooldown = Math.min(COOLDOWN_MS, this.#options.maxAgeSeconds * 500);
    return this.#keys === undefined ? 0 : this.#keys.fetchedAt + cooldown;
  }

  /** Only whoever has the tenant's keys can tell that one is not among them. */
  #refuse(): never {
    if (this.#failure === undefined && this.#usableKeys() !== undefined) throw new Refusal("unknown_key");
    const cause = this.#failure?.error;
    const { host } = new URL(this.#options.jwksUri);
    throw new Refusal("keys_unavailable", `${host}: ${cause?.message ?? "no answer"}`, { cause });
  }

  /** A snapshot is fresh as other keys are; in an outage it may be used until it is too old. */
  #adoptSnapshot(): void {
    const { snapshot, clock, maxAgeSeconds, jwksUri, onFailure } = this.#options;
    const now = clock();
    const usableUntil = this.#snapshotUsableUntil();
    if (snapshot === undefined || now >= usableUntil) return;
    try {
      if (snapshot.takenAt > now) throw new Error("taken in the future");
      const byKid = usableKeys(snapshot.jwks);
      const freshUntil = Math.min(snapshot.takenAt + maxAgeSeconds * 1000, usableUntil);
      this.#keys = { byKid, fetchedAt: snapshot.takenAt, freshUntil, usableUntil };
      this.#refreshAt = snapshot.takenAt + maxAgeSeconds * 500;
    } catch (error) {
      onFailure({ jwksUri, detail: `snapshot ignored: ${(error as Error).message}` });
    }
  }

  /** From the first use on, because a container that was started in advance may wait for it for hours. */
  #trustSnapshot(): void {
    this.#wasUsed = true;
    const { snapshot, clock } = this.#options;
    if (this.#keys === undefined || this.#keys.fetchedAt !== snapshot?.takenAt) return;
    const trustedUntil = Math.min(clock() + SNAPSHOT_TRUST_MS, this.#keys.usableUntil);
    this.#keys = { ...this.#keys, freshUntil: Math.max(this.#keys.freshUntil, trustedUntil) };
  }

  #snapshotUsableUntil(): number {
    const { snapshot, snapshotMaxAgeSeconds } = this.#options;
    return snapshot === undefined ? 0 : snapshot.takenAt + snapshotMaxAgeSeconds * 1000;
  }
}
