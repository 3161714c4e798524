import { Refusal } from "../refusal.ts";
import { member, type JsonObject } from "./jwt.ts";

/** Auth0 nests no more (On-Behalf-Of token exchange). */
const MAX_ACTORS = 5;

/**
 * The subject of whoever acts for the user, by the claim `act` of a delegated token (RFC 8693 §4.1). Earlier actors are
 * nested in the later one, and tell nothing about rights.
 *
 * @throws Refusal `invalid_claim` where one of them is not named, or where there are more than five
 */
export function actorIn(act: unknown): string {
  const [subject = ""] = subjectsIn(act, MAX_ACTORS);
  return subject;
}

function subjectsIn(act: unknown, levels: number): readonly string[] {
  if (typeof act !== "object" || act === null || Array.isArray(act) || levels === 0)
    throw new Refusal("invalid_claim", "act");
  const actor = act as JsonObject;
  const subject = member(actor, "sub");
  if (typeof subject !== "string" || subject === "") throw new Refusal("invalid_claim", "act");
  const earlier = member(actor, "act");
  return [subject, ...(earlier === undefined ? [] : subjectsIn(earlier, levels - 1))];
}
