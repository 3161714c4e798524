import { COOLDOWN, staleLimit, type Entry, type Failure } from "./freshness.ts";

/** Without a usable copy every request fails, so that recovery must be noticed within two seconds. */
const PAUSE_WITHOUT_ENTRY = 1000;
/** Longer than a fetch that timed out: whoever waited for that one must not wait for the next. */
const MIN_PAUSE = 250;
const MAX_RETRY_AFTER = 60_000;

/** What went wrong in a fetch, as far as it decides when to try again. */
export interface FailedFetch {
  readonly error: Error;
  readonly refused: boolean;
  /** What the server asked for with `Retry-After`. */
  readonly retryAfter: number;
  readonly startedAt: number;
}

/**
 * A failure with its next attempt: backing off while there is a copy to be used, and soon where there is none.
 *
 * @param random from 0 to 1: containers that fail together must not come back together
 */
export function toFailure(
  { error, refused, retryAfter, startedAt }: FailedFetch,
  copy: Entry<unknown> | undefined,
  previous: Failure | undefined,
  { now, random }: { readonly now: number; readonly random: number },
): Failure {
  const count = (previous?.count ?? 0) + 1;
  const jitter = 1 + 0.3 * random;
  const usableUntil = copy === undefined ? 0 : staleLimit(copy, { refused });
  const pauseEnd =
    now < usableUntil
      ? Math.min(startedAt + COOLDOWN * Math.min(count, 2) * jitter, usableUntil)
      : startedAt + PAUSE_WITHOUT_ENTRY * jitter;
  const askedFor = now + Math.min(retryAfter * jitter, MAX_RETRY_AFTER);
  return { at: now, count, refused, error, retryAt: Math.max(pauseEnd, askedFor, now + MIN_PAUSE) };
}
