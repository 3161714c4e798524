/**
 * A date and time in UTC, as RFC 3339 and IAM's conditions write it.
 *
 * `toISOString` would load the time zone on its first use, which a cold start notices.
 *
 * @param seconds since the epoch, before the year 10000
 */
export function rfc3339(seconds: number): string {
  const date = new Date(seconds * 1000);
  const day = `${date.getUTCFullYear()}-${twoDigits(date.getUTCMonth() + 1)}-${twoDigits(date.getUTCDate())}`;
  const hours = twoDigits(date.getUTCHours());
  return `${day}T${hours}:${twoDigits(date.getUTCMinutes())}:${twoDigits(date.getUTCSeconds())}Z`;
}

function twoDigits(number: number): string {
  return String(number).padStart(2, "0");
}

const RFC3339 = /^(\d{4})-(\d\d)-(\d\d)T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?(Z|[+-][0-2]\d:[0-5]\d)$/i;

/**
 * Reads a date and time of RFC 3339 §5.6, without leap seconds.
 *
 * @returns seconds since the epoch, with a fraction where the text has one; undefined where it is another text
 */
export function parseDateTime(text: string): number | undefined {
  const [, year, month, day] = RFC3339.exec(text) ?? [];
  // JavaScript takes the 30th of February for a day in March.
  const lastDay = new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate();
  const time = Number(day) <= lastDay ? Date.parse(text.toUpperCase()) : NaN;
  return Number.isNaN(time) ? undefined : time / 1000;
}
