import { printable } from "../logging/describe-error.ts";
import { parseDateTime } from "../settings/date-time.ts";
import { UsageError } from "./terminal.ts";

/**
 * The time that an option names, in seconds since the epoch.
 *
 * @throws UsageError where it is not a date and time of RFC 3339, or before 1970
 */
export function readTime(option: string, text: string): number {
  const time = parseDateTime(text.trim());
  if (time !== undefined && time >= 0) return time;
  throw new UsageError(
    `${option} must be a time such as 2026-11-22T12:00:00Z, with its year and its offset: ${printable(text)}`,
  );
}
