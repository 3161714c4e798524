import { Refusal } from "../refusal.ts";
import { member, type JsonObject } from "./jwt.ts";

/** Auth0 nests no more (On-Behalf-Of token exchange). */
const MAX_ACTORS = 5;

/**
 * The subject of whoever acts for the user, by the claim `act` of a delegated token (RFC 8693 §4.1). Earlier actors are
 * nested in the later one: they must be named, and tell nothing about rights.
 *
 * @param most how many actors there may be
 * @throws Refusal `invalid_claim`
 */
export function actorIn(act: unknown, most = MAX_ACTORS): string {
  if (typeof act !== "object" || act === null || Array.isArray(act) || most === 0)
    throw new Refusal("invalid_claim", "act");
  const subject = member(act as JsonObject, "sub");
  if (typeof subject !== "string" || subject === "") throw new Refusal("invalid_claim", "act");
  const earlier = member(act as JsonObject, "act");
  if (earlier !== undefined) actorIn(earlier, most - 1);
  return subject;
}
