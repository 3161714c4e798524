/**
 * When an entry of something remote may be used, and when it is to be fetched again. Every time is in milliseconds
 * since the epoch by the wall clock, every duration in milliseconds.
 */
export interface Lifetimes {
  /** How long an entry is fresh. */
  readonly maxAge: number;
  /** How long beyond that it may be used while it cannot be fetched (RFC 5861 §4). */
  readonly staleIfError: number;
}

/** Something remote as it was at one time. */
export interface Entry<T> {
  readonly value: T;
  /** When the fetch began: the remote side wrote its answer no earlier. */
  readonly fetchedAt: number;
  readonly freshUntil: number;
  /** How long it serves while the remote side answers that it will not give it. */
  readonly staleUntil: number;
  /** How long it serves while the remote side cannot be reached. */
  readonly outageUntil: number;
}

/** What to begin with, before anything was fetched. */
export interface Snapshot<T> {
  readonly value: T;
  /** When it was taken. */
  readonly takenAt: number;
  /** Until when it may be used while the remote side cannot be reached. Newer copies may be used as long. */
  readonly usableUntil: number;
}

/** The last fetch, where it failed. */
export interface Failure {
  readonly at: number;
  /** How many in a row. */
  readonly count: number;
  readonly retryAt: number;
  /** Whether the remote side answered, and the answer was no (HTTP 4xx), which is not an outage. */
  readonly rejected: boolean;
  readonly error: Error;
}

/** `fresh` and `stale` copies may be used. */
export type Freshness = "fresh" | "stale" | "expired" | "absent";

/** No fetch on demand sooner than this after a fetch: requests for what does not exist must not cause fetches. */
export const COOLDOWN = 30_000;
/** How long a failed fetch proves an outage. Longer than any pause between two fetches. */
const OUTAGE = 120_000;
/** Clocks are corrected by less than this all the time. */
const CLOCK_SLACK = 1000;

/**
 * After what time an entry is fetched anew in the background: half of its fresh time, and up to half as long again.
 *
 * @param random from 0 to 1: containers that start together must not refresh together
 */
export function refreshAfter({ maxAge }: Lifetimes, random: number): number {
  return (maxAge / 2) * (1 + 0.5 * random);
}

/** The state of an entry at a time, given the fetch that failed since, if any. */
export function freshness(
  entry: Entry<unknown> | undefined,
  failure: Failure | undefined,
  now: number,
): Freshness {
  if (entry === undefined) return "absent";
  if (now < entry.freshUntil) return "fresh";
  const isOutage = failure !== undefined && now < failure.at + OUTAGE;
  return isOutage && now < staleLimit(entry, failure) ? "stale" : "expired";
}

/**
 * When something that is not in the entry may be looked for again: after the cooldown, or once a back-off is over.
 *
 * @returns 0 where there is nothing to wait for
 */
export function nextAttemptAt(
  entry: Entry<unknown> | undefined,
  failure: Failure | undefined,
  { maxAge }: Lifetimes,
  now: number,
): number {
  // A clock that went back has made the pause longer than it was meant to be.
  if (failure !== undefined) return failure.at > now + CLOCK_SLACK ? 0 : failure.retryAt;
  return entry === undefined ? 0 : entry.fetchedAt + Math.min(COOLDOWN, maxAge / 2);
}

/** An entry that was fetched just now. */
export function toEntry<T>(
  value: T,
  fetchedAt: number,
  { maxAge, staleIfError }: Lifetimes,
  outageUntil = 0,
): Entry<T> {
  const freshUntil = fetchedAt + maxAge;
  const staleUntil = freshUntil + staleIfError;
  return { value, fetchedAt, freshUntil, staleUntil, outageUntil: Math.max(staleUntil, outageUntil) };
}

/** An entry that was not fetched here: it is never used beyond its own end. */
export function toSnapshotEntry<T>(
  { value, takenAt, usableUntil }: Snapshot<T>,
  lifetimes: Lifetimes,
): Entry<T> {
  const { freshUntil, staleUntil } = toEntry(value, takenAt, lifetimes);
  return {
    value,
    fetchedAt: takenAt,
    freshUntil: Math.min(freshUntil, usableUntil),
    staleUntil: Math.min(staleUntil, usableUntil),
    outageUntil: usableUntil,
  };
}

/**
 * An entry by a clock that went back behind the entry's own time: how old it is cannot be told any more, so that it
 * counts as just stale. Any other entry stays as it is.
 */
export function correctForClock<T>(
  now: number,
  entry: Entry<T>,
  { maxAge, staleIfError }: Lifetimes,
): Entry<T> {
  if (entry.fetchedAt <= now + CLOCK_SLACK) return entry;
  return {
    ...entry,
    fetchedAt: now - maxAge,
    freshUntil: now,
    staleUntil: now + staleIfError,
    outageUntil: now + staleIfError,
  };
}

/** Until when an entry serves that is not fresh any more. */
export function staleLimit(
  { staleUntil, outageUntil }: Entry<unknown>,
  { rejected }: Pick<Failure, "rejected">,
): number {
  return rejected ? staleUntil : outageUntil;
}
