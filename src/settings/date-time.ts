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
