import type { CallerRefused, NoValidToken } from "../decision.ts";
import type { Reason } from "../reasons.ts";
import { isCuredByTime, withoutStackTraces } from "../refusal.ts";
import { policy, statement, type PolicyResponse, type SimpleResponse } from "./response-forms.ts";

/** What a refusal may be answered with. */
export interface RefusedResponseRules {
  readonly simple: boolean;
  /** Whether the gateway is to deny, rather than to answer 401, where there is no valid token. */
  readonly denyUnauthorized: boolean;
}

/** The principal of somebody who did not say who they are. */
const NOBODY = "anonymous";

/**
 * The response that makes a gateway turn a caller away.
 *
 * @throws Error `Unauthorized`, exactly, where the gateway is to answer 401
 */
export function refusedResponse(
  decision: CallerRefused | NoValidToken,
  stageArn: string,
  { simple, denyUnauthorized }: RefusedResponseRules,
): PolicyResponse | SimpleResponse {
  const { reason } = decision;
  // The gateway keeps a Deny in its cache: never one for a token that may be good a moment later.
  if (decision.outcome === "no-valid-token" && (!denyUnauthorized || isCuredByTime(reason)))
    // Lambda logs an error with its stack trace, which says nothing here.
    throw withoutStackTraces(() => new Error("Unauthorized", { cause: decision.cause }));
  return simple
    ? { isAuthorized: false, context: { reason } }
    : deny(principalOf(decision), reason, stageArn);
}

/** A subject that cannot be handed on in the context cannot be the policy's principal either. */
function principalOf(decision: CallerRefused | NoValidToken): string {
  return decision.outcome === "no-valid-token" || decision.reason === "identity_unsupported"
    ? NOBODY
    : decision.identity.subject;
}

function deny(principalId: string, reason: Reason, stageArn: string): PolicyResponse {
  return policy(principalId, [statement("Deny", stageArn)], { reason });
}
