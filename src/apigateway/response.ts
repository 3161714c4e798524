import { rfc3339 } from "../date-time.ts";
import type { Accepted, Decision } from "../decision.ts";
import type { GatewayRequest } from "./event.ts";
import { GATEWAYS } from "./gateways.ts";
import { refusedResponse } from "./refused-response.ts";
import { policy, statement } from "./response-forms.ts";
import type { PolicyResponse, SimpleResponse, Statement } from "./response-forms.ts";

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
