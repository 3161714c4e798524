import { Refusal } from "../refusal.ts";
import { member, type JsonObject } from "./jwt.ts";

/** Auth0 nests no more (On-Behalf-Of token exchange). */
const MAX_ACTORS = 5;

/**
 * The subjects of those who act for the user, the current actor first, by the claim `act` of a delegated token (RFC 8693
 * §4.1). Earlier actors are nested in the later one: they tell nothing about rights, but a revoked one counts.
 *
 * @param most how many actors there may be
 * @throws Refusal `invalid_claim`
 */
export function actorsIn(act: unknown, most = MAX_ACTORS): readonly string[] {
  if (typeof act !== "object" || act === null || Array.isArray(act) || most === 0)
    throw new Refusal("invalid_claim", "act");
  const subject = member(act as JsonObject, "sub");
  if (typeof subject !== "string" || subject === "") throw new Refusal("invalid_claim", "act");
  const earlier = member(act as JsonObject, "act");
  return earlier === undefined ? [subject] : [subject, ...actorsIn(earlier, most - 1)];
}
