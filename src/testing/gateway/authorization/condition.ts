/** Operators and keys by name, each with the values that a statement compares. */
export type Conditions = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

type Comparison = (actual: number, wanted: number) => boolean;

const COMPARISONS: Readonly<Record<string, Comparison>> = {
  Equals: (actual, wanted) => actual === wanted,
  NotEquals: (actual, wanted) => actual !== wanted,
  LessThan: (actual, wanted) => actual < wanted,
  LessThanEquals: (actual, wanted) => actual <= wanted,
  GreaterThan: (actual, wanted) => actual > wanted,
  GreaterThanEquals: (actual, wanted) => actual >= wanted,
};
const OPERATOR = /^(Date|Numeric)(\w+?)(?:IfExists)?$/;
const TIME_KEYS = ["aws:currenttime", "aws:epochtime"];

/**
 * Whether all conditions of a statement hold at a time: every operator and key must, for one of the values
 * (with `NotEquals`, for all of them).
 *
 * @param time milliseconds since the epoch; IAM counts seconds
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-resource-policies-aws-condition-keys.html
 * @throws Error for conditions that are not about the time, rather than guess
 */
export function conditionsHold(conditions: Conditions, time: number): boolean {
  return Object.entries(conditions).every(([operator, keys]) =>
    Object.entries(keys).every(([key, values]) => conditionHolds(operator, key, [values].flat(), time)),
  );
}

function conditionHolds(operator: string, key: string, values: readonly unknown[], time: number): boolean {
  const [, type, comparison = ""] = OPERATOR.exec(operator) ?? [];
  const compare = COMPARISONS[comparison];
  if (compare === undefined || !TIME_KEYS.includes(key.toLowerCase())) {
    throw new Error(`not supported by this fake: the condition ${operator} on ${key}`);
  }
  const now = Math.floor(time / 1000);
  const holds = (value: unknown): boolean =>
    compare(now, type === "Date" ? getSeconds(value) : getNumber(value));
  return comparison === "NotEquals" ? values.every(holds) : values.some(holds);
}

/** A date in one of W3C's ISO 8601 formats, or in seconds since the epoch. */
function getSeconds(value: unknown): number {
  const text = String(value);
  return /^\d{5,}$/.test(text) ? Number(text) : Math.floor(Date.parse(text) / 1000);
}

/** What is not a number compares false with everything. */
function getNumber(value: unknown): number {
  return value === "" ? NaN : Number(value);
}
