import { toFailure } from "./backoff.ts";
import { FetchError } from "./fetch-error.ts";
import {
  toEntry,
  toSnapshotEntry,
  correctForClock,
  freshness,
  nextAttemptAt,
  refreshAfter,
} from "./freshness.ts";
import type { Entry, Failure, Freshness, Lifetimes, Snapshot } from "./freshness.ts";

export interface RefreshingCacheOptions<T> {
  /**
   * Fetches it once.
   *
   * @throws FetchError, or any other error where the answer is of no use
   */
  readonly fetch: (timeoutMs: number) => Promise<T>;
  readonly lifetimes: Lifetimes;
  readonly snapshot?: Snapshot<T> | undefined;
  /** Milliseconds since the epoch. A frozen sandbox must find it advanced when it is thawed. */
  readonly clock: () => number;
  /** From 0 to 1, as `Math.random`. */
  readonly random: () => number;
  /** Runs a task once the answer is on its way: loading an HTTP client for a refresh must not make a caller wait. */
  readonly defer: (task: () => void) => void;
  readonly onFailure: (error: Error) => void;
}

/** The state of a cached document. */
export interface CacheState {
  readonly freshness: Freshness;
  readonly ageSeconds: number | undefined;
  readonly refreshing: boolean;
  /** The last fetch, where it failed. */
  readonly failure: Error | undefined;
  /** Before this, nothing is fetched on demand. */
  readonly nextAttemptAt: number;
}

/** A fetch and its retry. */
const LOAD_LIMIT_MS = 3500;
/** A fetch that took longer by the wall clock was frozen together with its sandbox. */
const INFLIGHT_LIMIT_MS = 4000;
/** How long a snapshot is trusted from its first use on, while the first fetch is under way. */
const SNAPSHOT_TRUST_MS = 30_000;

/**
 * An entry of something remote that is kept for the life of a container.
 *
 * After half of its fresh time it is fetched anew in the background, so that no request waits. Where that came to no
 * end, since a sandbox between two invocations is frozen, one request waits for a fetch of its own; where it failed,
 * the old entry serves until its stale limit.
 */
export class RefreshingCache<T> {
  readonly #options: RefreshingCacheOptions<T>;
  #entry: Entry<T> | undefined;
  #failure: Failure | undefined;
  #inflight: { readonly startedAt: number; readonly done: Promise<void> } | undefined;
  /** When the next fetch in the background is due. */
  #refreshAt = 0;
  #wasUsed = false;

  constructor(options: RefreshingCacheOptions<T>) {
    this.#options = options;
    const { snapshot, lifetimes } = options;
    if (snapshot === undefined) return;
    this.#entry = toSnapshotEntry(snapshot, lifetimes);
    this.#refreshAt = snapshot.takenAt + refreshAfter(lifetimes, 0);
  }

  /** How old the entry is, by the start of its fetch; undefined where there is none. */
  get ageSeconds(): number | undefined {
    const now = this.#now();
    return this.#entry && Math.max(0, Math.round((now - this.#entry.fetchedAt) / 1000));
  }

  get state(): CacheState {
    const now = this.#now();
    return {
      freshness: freshness(this.#entry, this.#failure, now),
      ageSeconds: this.ageSeconds,
      refreshing: this.#inflight !== undefined && !this.#isFrozen(this.#inflight.startedAt),
      failure: this.#failure?.error,
      nextAttemptAt: nextAttemptAt(this.#entry, this.#failure, this.#options.lifetimes, now),
    };
  }

  /** The entry while it may be used: fresh, or stale in an outage. */
  current(): T | undefined {
    if (!this.#wasUsed) this.#trustSnapshot();
    const now = this.#now();
    const state = freshness(this.#entry, this.#failure, now);
    return state === "fresh" || state === "stale" ? this.#entry?.value : undefined;
  }

  /** What is found in the entry while it may be used. Where it is found, the entry is kept fresh for the next time. */
  find<R>(find: (value: T) => R | undefined): R | undefined {
    const value = this.current();
    const found = value === undefined ? undefined : find(value);
    if (found !== undefined) this.#refreshIfDue();
    return found;
  }

  /**
   * What is found in an entry that is fetched for it, because it was not in the cached one.
   *
   * @returns undefined where it is not there, or nothing is known; `state` tells which
   */
  async fetchAndFind<R>(find: (value: T) => R | undefined): Promise<R | undefined> {
    let found: R | undefined;
    // The second round fetches only where the first was frozen; otherwise cooldown or back-off ends it at once.
    for (let round = 0; found === undefined && round < 2; round += 1) {
      await this.refresh();
      found = this.find(find);
    }
    return found;
  }

  /** Begins a fetch in the background where one is due, and waits for nothing. */
  #refreshIfDue(): void {
    if (this.#options.clock() >= this.#refreshAt) this.#options.defer(() => void this.#refresh());
  }

  /** Begins to fetch where there is nothing to begin with, and waits for nothing. */
  fetchIfEmpty(): void {
    if (this.#entry === undefined) void this.#refresh();
  }

  /**
   * Waits for a fetch, unless the cooldown or a back-off forbids one. It never rejects.
   *
   * A fetch in the background keeps no process alive; a request that waits for one does.
   */
  async refresh(): Promise<void> {
    const keepAlive = setInterval(() => undefined, INFLIGHT_LIMIT_MS);
    await this.#refresh();
    clearInterval(keepAlive);
  }

  /** One fetch at a time, and none too soon after the last. */
  #refresh(): Promise<void> {
    const startedAt = this.#now();
    if (this.#inflight !== undefined && !this.#isFrozen(this.#inflight.startedAt)) return this.#inflight.done;
    if (startedAt < this.state.nextAttemptAt) return Promise.resolve();
    const done = this.#load(startedAt)
      .then(
        (value) => this.#succeed(value, startedAt),
        (error: unknown) => this.#fail(error as Error, startedAt),
      )
      .finally(() => {
        if (this.#inflight?.done === done) this.#inflight = undefined;
      });
    this.#inflight = { startedAt, done };
    // Once is enough: what a sandbox froze this time it would freeze again, and the server would be asked in vain.
    this.#refreshAt = Infinity;
    return done;
  }

  /** A connection that failed is tried once more, within the limit for both. */
  async #load(startedAt: number): Promise<T> {
    const { fetch, clock } = this.#options;
    try {
      return await fetch(LOAD_LIMIT_MS);
    } catch (error) {
      const timeLeft = startedAt + LOAD_LIMIT_MS - clock();
      if (error instanceof FetchError && error.connectionFailed && timeLeft > 0) return fetch(timeLeft);
      throw error;
    }
  }

  #succeed(value: T, startedAt: number): void {
    if (startedAt < (this.#entry?.fetchedAt ?? 0)) return;
    const { lifetimes, random, snapshot } = this.#options;
    this.#entry = toEntry(value, startedAt, lifetimes, snapshot?.usableUntil);
    this.#failure = undefined;
    this.#refreshAt = startedAt + refreshAfter(lifetimes, random());
  }

  #fail(error: Error, startedAt: number): void {
    // Nothing is known about the server, which may be well: a stale entry needs better grounds.
    if (this.#isFrozen(startedAt)) return;
    const { clock, random, onFailure } = this.#options;
    const now = clock();
    const rejected = error instanceof FetchError && error.rejected;
    const retryAfter = error instanceof FetchError ? error.retryAfterMs(now) : 0;
    const failed = { error, rejected, retryAfter, startedAt };
    this.#failure = toFailure(failed, this.#entry, this.#failure, { now, random: random() });
    this.#refreshAt = this.#failure.retryAt;
    onFailure(error);
  }

  /** A clock that went back leaves a fetch in the future: that says nothing either. */
  #isFrozen(startedAt: number): boolean {
    return Math.abs(this.#options.clock() - startedAt) > INFLIGHT_LIMIT_MS;
  }

  /** From the first use on, because a container that was started in advance may wait for it for hours. */
  #trustSnapshot(): void {
    this.#wasUsed = true;
    const { snapshot, clock } = this.#options;
    if (this.#entry === undefined || this.#entry.fetchedAt !== snapshot?.takenAt) return;
    const trustedUntil = Math.min(clock() + SNAPSHOT_TRUST_MS, snapshot.usableUntil);
    this.#entry = { ...this.#entry, freshUntil: Math.max(this.#entry.freshUntil, trustedUntil) };
  }

  /** The time, once the entry has been put right by it. */
  #now(): number {
    const now = this.#options.clock();
    if (this.#entry !== undefined) {
      const corrected = correctForClock(now, this.#entry, this.#options.lifetimes);
      if (corrected !== this.#entry) this.#refreshAt = now;
      this.#entry = corrected;
    }
    return now;
  }
}
