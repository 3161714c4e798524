import { Refusal } from "../refusal.ts";
import { member, type JsonObject } from "./jwt.ts";

/** The end of the year 9999, a minute early: dates in policies have four-digit years, and the tolerance is added. */
const LATEST_DATE = 253_402_300_739;

/**
 * A claim that must be there, and be text.
 *
 * @throws Refusal `missing_claim` or `invalid_claim`
 */
export function text(claims: JsonObject, name: string): string {
  const value = optionalText(claims, name);
  if (value === undefined) throw new Refusal("missing_claim", name);
  if (value === "") throw new Refusal("invalid_claim", name);
  return value;
}

/** @throws Refusal `invalid_claim` where it is there and no text */
export function optionalText(claims: JsonObject, name: string): string | undefined {
  const value = member(claims, name);
  if (value !== undefined && typeof value !== "string") throw new Refusal("invalid_claim", name);
  return value;
}

/** One string or several: RFC 7519 §4.1.3 has both forms for `aud`, and Auth0 for `gty`. */
export function optionalStrings(claims: JsonObject, name: string): readonly string[] | undefined {
  const value = member(claims, name);
  if (typeof value === "string") return [value];
  if (value !== undefined && !isStrings(value)) throw new Refusal("invalid_claim", name);
  return value;
}

/**
 * Seconds since the epoch (RFC 7519 §2, NumericDate).
 *
 * @throws Refusal `missing_claim` or `invalid_claim`
 */
export function numericDate(claims: JsonObject, name: string): number {
  const value = member(claims, name);
  if (value === undefined) throw new Refusal("missing_claim", name);
  if (typeof value !== "number" || !(Math.abs(value) <= LATEST_DATE))
    throw new Refusal("invalid_claim", name);
  return value;
}

export function isStrings(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}
