import type { GatewayRequest } from "../apigateway/event.ts";
import { GATEWAYS } from "../apigateway/gateways.ts";
import {
  type PolicyResponse,
  type SimpleResponse,
  statement,
  policy,
  type Statement,
} from "../apigateway/policy.ts";
import { isCuredByTime, withoutStackTraces, type Reason } from "../errors.ts";
import { rfc3339 } from "../rfc3339.ts";
import type { Decision, Accepted, CallerRefused, NoValidToken } from "./decision.ts";

export interface ResponseRules {
  readonly httpApiResponse: "policy" | "simple";
  readonly httpApiUnauthorized: "401" | "403";
  readonly policyEndsWithToken: boolean;
  readonly clockToleranceSeconds: number;
}

/** An IAM policy for every kind of gateway, or the HTTP API's simple response. */
export type AuthorizerResponse = PolicyResponse | SimpleResponse;

/**
 * The response that makes a gateway do what was decided.
 *
 * @throws Error `Unauthorized`, exactly, where the gateway is to answer 401
 * @throws Refusal where nothing could be decided: the gateway answers 500 and caches nothing
 */
export function toResponse(
  decision: Decision,
  request: GatewayRequest,
  rules: ResponseRules,
): AuthorizerResponse {
  const { simpleResponses, mayDenyUnauthorized } = GATEWAYS[request.kind];
  const simple = simpleResponses && rules.httpApiResponse === "simple";
  const denyUnauthorized = mayDenyUnauthorized && rules.httpApiUnauthorized === "403";
  if (decision.outcome === "undecided") throw decision.cause;
  if (decision.outcome !== "accepted")
    return refusedResponse(decision, request.stageArn, { simple, denyUnauthorized });
  return simple ? { isAuthorized: true, context: decision.context } : allow(decision, request, rules);
}

function allow(
  { identity, context }: Accepted,
  { stageArn }: GatewayRequest,
  rules: ResponseRules,
): PolicyResponse {
  const statements = [statement("Allow", stageArn)];
  if (rules.policyEndsWithToken)
    statements.push(denyFrom(stageArn, identity.expiresAt + rules.clockToleranceSeconds));
  return policy(identity.subject, statements, context);
}

/**
 * A gateway may keep the policy longer than the token lives. The end is a Deny of its own, not a condition on the
 * Allow: a gateway that does not evaluate conditions on the Allow would let nobody in.
 */
function denyFrom(resource: string, seconds: number): Statement {
  const Condition = { DateGreaterThanEquals: { "aws:CurrentTime": rfc3339(seconds) } };
  return { ...statement("Deny", resource), Condition };
}

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
