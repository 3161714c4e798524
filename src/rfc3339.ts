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
