import { COOLDOWN, staleLimit, type Entry, type Failure } from "./freshness.ts";

/** Without a usable entry every request fails, so that recovery must be noticed within two seconds. */
const PAUSE_WITHOUT_ENTRY = 1000;
/** Longer than a fetch that timed out: a request that waited for that one must not wait for the next. */
const MIN_PAUSE = 250;
const MAX_RETRY_AFTER = 60_000;

/** What went wrong in a fetch, as far as it decides when to try again. */
export interface FailedFetch {
  readonly error: Error;
  readonly rejected: boolean;
  /** What the server asked for with `Retry-After`. */
  readonly retryAfter: number;
  readonly startedAt: number;
}

/**
 * A failure with its next attempt: backing off while there is an entry to be used, and soon where there is not.
 *
 * @param random from 0 to 1: containers that fail together must not come back together
 */
export function toFailure(
  { error, rejected, retryAfter, startedAt }: FailedFetch,
  entry: Entry<unknown> | undefined,
  previous: Failure | undefined,
  { now, random }: { readonly now: number; readonly random: number },
): Failure {
  const count = (previous?.count ?? 0) + 1;
  const jitter = 1 + 0.3 * random;
  const usableUntil = entry === undefined ? 0 : staleLimit(entry, { rejected });
  const pauseEnd =
    now < usableUntil
      ? Math.min(startedAt + COOLDOWN * Math.min(count, 2) * jitter, usableUntil)
      : startedAt + PAUSE_WITHOUT_ENTRY * jitter;
  const askedFor = now + Math.min(retryAfter * jitter, MAX_RETRY_AFTER);
  return { at: now, count, rejected, error, retryAt: Math.max(pauseEnd, askedFor, now + MIN_PAUSE) };
}
