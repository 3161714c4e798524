import { Refusal } from "../refusal.ts";
import { JwksFetchError } from "./jwks-fetch.ts";
import { readJwkSet, type PublicKey } from "./public-key.ts";

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
  /** The JWK Set as the tenant sent it. */
  readonly text: string;
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
  readonly onFailure: (failure: { readonly jwksUri: string; readonly detail: string }) => void;
}

interface Keys {
  readonly byKid: ReadonlyMap<string, PublicKey>;
  readonly fetchedAt: number;
  readonly refreshAt: number;
  readonly freshUntil: number;
  readonly usableUntil: number;
}

interface Failure {
  readonly at: number;
  /** How many in a row. */
  readonly count: number;
  readonly error: Error;
  /** From 1 to 1.3: containers that fail together shall not come back together. */
  readonly jitter: number;
}

/** No look for an unknown key sooner than this after the last one: whoever invents key IDs must not command fetches. */
const COOLDOWN_MS = 30_000;
/** One fetch and its retry. */
const FLIGHT_LIMIT_MS = 4000;
const BACKOFF_WITH_KEYS = { first: COOLDOWN_MS, most: 2 * COOLDOWN_MS };
/** With no key at hand every request fails, so recovery must be noticed within two seconds. */
const BACKOFF_WITHOUT_KEYS = { first: 500, most: 1500 };
const MOST_RETRY_AFTER_SECONDS = 60;

/**
 * The keys at a tenant's JWKS endpoint, kept for the life of a container.
 *
 * Half-way through their fresh time they are fetched anew in the background, so that no request waits. Where that
 * did not come to an end in time, one request waits for it; where it failed, the old keys serve until the stale
 * limit. An answer without a usable key changes nothing.
 */
export class RemoteKeySet implements KeySet {
  readonly #options: RemoteKeySetOptions;
  #keys: Keys | undefined;
  /** The last fetch, where it failed. */
  #failure: Failure | undefined;
  #flight: { readonly startedAt: number; readonly landed: Promise<void> } | undefined;

  constructor(options: RemoteKeySetOptions) {
    this.#options = options;
    this.#keys = this.#keysOfSnapshot();
  }

  async key(kid: string): Promise<PublicKey> {
    if (this.#isRefreshDue()) void this.refresh();
    if (this.#usableKeys() === undefined) await this.#refreshAndWait();
    const key = this.#usableKeys()?.get(kid);
    if (key !== undefined) return key;
    await this.#refreshAndWait();
    return this.#usableKeys()?.get(kid) ?? this.#refuse();
  }

  ageSeconds(): number | undefined {
    return this.#keys && Math.round((this.#options.clock() - this.#keys.fetchedAt) / 1000);
  }

  /** Fetches the keys, unless that is under way or was done too recently. It never rejects. */
  refresh(): Promise<void> {
    const now = this.#options.clock();
    // A flight that is older than a flight can be was frozen together with its sandbox.
    if (this.#flight !== undefined && now - this.#flight.startedAt <= FLIGHT_LIMIT_MS)
      return this.#flight.landed;
    if (now < this.#nextFetchAt(now)) return Promise.resolve();
    const isCurrent = (): boolean => this.#flight?.landed === landed;
    const landed: Promise<void> = this.#load(now).then(
      (byKid) => isCurrent() && this.#succeed(byKid, now),
      (error: unknown) => isCurrent() && this.#fail(error as Error),
    ) as Promise<void>;
    this.#flight = { startedAt: now, landed };
    return landed;
  }

  /** A refresh in the background keeps no process alive; a request that waits for one does. */
  async #refreshAndWait(): Promise<void> {
    const alive = setInterval(() => undefined, FLIGHT_LIMIT_MS);
    await this.refresh();
    clearInterval(alive);
  }

  async #load(startedAt: number): Promise<Keys["byKid"]> {
    const { jwksUri, timeoutMs, fetch, clock } = this.#options;
    try {
      return readJwkSet(await fetch(jwksUri, timeoutMs));
    } catch (error) {
      const timeLeft = FLIGHT_LIMIT_MS - (clock() - startedAt);
      if (!(error instanceof JwksFetchError && error.connectionFailed && timeLeft > 0)) throw error;
      return readJwkSet(await fetch(jwksUri, Math.min(timeoutMs, timeLeft)));
    }
  }

  /** The age counts from the start of the fetch: the tenant wrote its answer no earlier. */
  #succeed(byKid: Keys["byKid"], startedAt: number): void {
    const { maxAgeSeconds, staleIfErrorSeconds } = this.#options;
    const freshUntil = startedAt + maxAgeSeconds * 1000;
    // Newer keys than the snapshot's may be used at least as long as the snapshot itself.
    const usableUntil = Math.max(freshUntil + staleIfErrorSeconds * 1000, this.#snapshotUsableUntil());
    const refreshAt = startedAt + maxAgeSeconds * 500;
    this.#keys = { byKid, fetchedAt: startedAt, refreshAt, freshUntil, usableUntil };
    this.#failure = undefined;
    this.#flight = undefined;
  }

  #fail(error: Error): void {
    const { clock, random, jwksUri, onFailure } = this.#options;
    const count = (this.#failure?.count ?? 0) + 1;
    this.#failure = { at: clock(), count, error, jitter: 1 + 0.3 * random() };
    this.#flight = undefined;
    onFailure({ jwksUri, detail: error.message });
  }

  #isRefreshDue(): boolean {
    return this.#keys === undefined || this.#options.clock() >= this.#keys.refreshAt;
  }

  /** Fresh keys; in an outage also stale ones, within their limit. */
  #usableKeys(): Keys["byKid"] | undefined {
    const limit = this.#failure === undefined ? this.#keys?.freshUntil : this.#keys?.usableUntil;
    return limit !== undefined && this.#options.clock() < limit ? this.#keys?.byKid : undefined;
  }

  #nextFetchAt(now: number): number {
    if (this.#failure !== undefined) return this.#failure.at + this.#backoffMs(this.#failure, now);
    const cooldown = Math.min(COOLDOWN_MS, this.#options.maxAgeSeconds * 500);
    return this.#keys === undefined ? now : this.#keys.fetchedAt + cooldown;
  }

  #backoffMs({ count, jitter, error }: Failure, now: number): number {
    const hasKeys = this.#keys !== undefined && now < this.#keys.usableUntil;
    const { first, most } = hasKeys ? BACKOFF_WITH_KEYS : BACKOFF_WITHOUT_KEYS;
    const retryAfter = error instanceof JwksFetchError ? (error.retryAfterSeconds ?? 0) : 0;
    const asked = Math.min(retryAfter, MOST_RETRY_AFTER_SECONDS) * 1000;
    return Math.max(asked, Math.min(first * 2 ** (count - 1), most)) * jitter;
  }

  #refuse(): never {
    if (this.#failure === undefined) throw new Refusal("unknown_key");
    const { error } = this.#failure;
    throw new Refusal("keys_unavailable", `${new URL(this.#options.jwksUri).host}: ${error.message}`, {
      cause: error,
    });
  }

  /** Good for as long as fresh keys are, though a refresh is due at once; in an outage, for as long as it may be old. */
  #keysOfSnapshot(): Keys | undefined {
    const { snapshot, clock, maxAgeSeconds, jwksUri, onFailure } = this.#options;
    const usableUntil = this.#snapshotUsableUntil();
    const now = clock();
    if (snapshot === undefined || now >= usableUntil) return undefined;
    try {
      const byKid = readJwkSet(snapshot.text);
      const freshUntil = Math.min(now + maxAgeSeconds * 1000, usableUntil);
      return { byKid, fetchedAt: snapshot.takenAt, refreshAt: now, freshUntil, usableUntil };
    } catch (error) {
      onFailure({ jwksUri, detail: `snapshot: ${(error as Error).message}` });
      return undefined;
    }
  }

  #snapshotUsableUntil(): number {
    const { snapshot, snapshotMaxAgeSeconds } = this.#options;
    return snapshot === undefined ? 0 : snapshot.takenAt + snapshotMaxAgeSeconds * 1000;
  }
}
