import { parseDateTime } from "./date-time.ts";

/**
 * Whether the setting `issuedAfter` lies ahead. That is a configuration error before a deployment, and at a function's
 * start a warning.
 *
 * @param now milliseconds since the epoch
 */
export function isInFuture(issuedAfter: string | undefined, now: number): boolean {
  return (readCutoff(issuedAfter) ?? 0) > now / 1000;
}

/**
 * The time before which tokens must not have been issued, in seconds since the epoch. One in the future would reject
 * every token until then, so that it counts as now.
 *
 * @param issuedAfter the setting, an RFC 3339 time
 * @param now milliseconds since the epoch
 */
export function toCutoff(issuedAfter: string | undefined, now: number): number | undefined {
  const cutoff = readCutoff(issuedAfter);
  return cutoff === undefined ? undefined : Math.min(cutoff, Math.floor(now / 1000));
}

function readCutoff(issuedAfter: string | undefined): number | undefined {
  return issuedAfter === undefined ? undefined : parseDateTime(issuedAfter);
}
