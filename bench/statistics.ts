/** A ratio that was measured several times. */
export interface Ratio {
  readonly median: number;
  /** Half of the rounds lie between these. */
  readonly low: number;
  readonly high: number;
  /** Of the calmest tenth of the rounds on either side: what a busy machine disturbs least. */
  readonly calm: number;
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const position = (sorted.length - 1) * share;
  const below = sorted[Math.floor(position)] ?? NaN;
  const above = sorted[Math.ceil(position)] ?? NaN;
  return below + (above - below) * (position - Math.floor(position));
}

/**
 * How much one subject costs of another. Both were measured in every round, one after the other, so that whatever
 * else the machine did in that round slowed down both.
 */
export function ratio(subject: readonly number[], reference: readonly number[]): Ratio {
  const ratios = subject.map((value, round) => value / (reference[round] ?? NaN));
  return {
    median: median(ratios),
    low: quantile(ratios, 0.25),
    high: quantile(ratios, 0.75),
    calm: quantile(subject, 0.1) / quantile(reference, 0.1),
  };
}

/** The same in words: the median, and in brackets the ratio of the calmest rounds. */
export function ratioText(subject: readonly number[] = [], reference: readonly number[] = []): string {
  return inWords(ratio(subject, reference));
}

/** The median, and in brackets the middle half of the rounds. */
export function spreadText({ median, low, high }: Ratio): string {
  return `${median.toFixed(2)} (${low.toFixed(2)} to ${high.toFixed(2)})`;
}

/** The median to a tenth of a millisecond, and in brackets the middle half of the rounds. */
export function inMilliseconds(values: readonly number[]): string {
  const [low, middle, high] = [0.25, 0.5, 0.75].map((share) => quantile(values, share).toFixed(1));
  return `${middle} (${low} to ${high})`;
}

export function inWords({ median, calm }: Ratio): string {
  return `${median.toFixed(2)} (${calm.toFixed(2)})`;
}

/** How noisy a run was: the middle half of a subject's rounds, as a share of its median. */
export function spread(values: readonly number[]): number {
  return (quantile(values, 0.75) - quantile(values, 0.25)) / median(values);
}
