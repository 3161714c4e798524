import { rfc3339 } from "../date-time.ts";
import type { Decision } from "../decision.ts";
import type { Identity } from "../identity.ts";
import type { Reason } from "../refusal.ts";
import { toContext, type IdentityContext } from "./context.ts";
import type { GatewayRequest } from "./event.ts";

export interface AnswerRules {
  readonly httpApiResponse: "policy" | "simple";
  readonly policyEndsWithToken: boolean;
  readonly clockToleranceSeconds: number;
}

type Context = IdentityContext | { readonly reason: Reason };

/** An IAM policy for every kind of gateway, or the HTTP API's simple response. */
export type Answer = PolicyAnswer | SimpleAnswer;

interface SimpleAnswer {
  readonly isAuthorized: boolean;
  readonly context: Context;
}

interface PolicyAnswer {
  readonly principalId: string;
  readonly policyDocument: { readonly Version: "2012-10-17"; readonly Statement: Statement[] };
  readonly context: Context;
}

interface Statement {
  readonly Effect: "Allow" | "Deny";
  readonly Action: "execute-api:Invoke";
  readonly Resource: string;
  readonly Condition?: { readonly DateGreaterThanEquals: { readonly "aws:CurrentTime": string } };
}

/** The principal of somebody who did not say who they are. */
const NOBODY = "anonymous";

/**
 * The answer that makes a gateway do what was decided.
 *
 * @throws Error `Unauthorized`, exactly, where REST and WebSocket APIs shall answer 401
 * @throws Refusal where nothing could be decided: the gateway answers 500 and caches nothing
 */
export function toAnswer(decision: Decision, request: GatewayRequest, rules: AnswerRules): Answer {
  const simple = request.kind === "http-2.0" && rules.httpApiResponse === "simple";
  switch (decision.outcome) {
    case "accepted":
      return simple ? simpleAllow(decision.identity) : allow(decision.identity, request, rules);
    case "caller-refused":
      return simple ? simpleDeny(decision.reason) : deny(decision.identity.subject, decision.reason, request);
    case "no-valid-token":
      if (!request.kind.startsWith("http-")) throw new Error("Unauthorized", { cause: decision.cause });
      return simple ? simpleDeny(decision.reason) : deny(NOBODY, decision.reason, request);
    case "undecided":
      throw decision.cause;
  }
}

function simpleAllow(identity: Identity): SimpleAnswer {
  return { isAuthorized: true, context: toContext(identity) };
}

function simpleDeny(reason: Reason): SimpleAnswer {
  return { isAuthorized: false, context: { reason } };
}

function allow(identity: Identity, { stageArn }: GatewayRequest, rules: AnswerRules): PolicyAnswer {
  const statements = [statement("Allow", stageArn)];
  if (rules.policyEndsWithToken)
    statements.push(denyFrom(stageArn, identity.expiresAt + rules.clockToleranceSeconds));
  return policy(identity.subject, statements, toContext(identity));
}

function deny(principalId: string, reason: Reason, { stageArn }: GatewayRequest): PolicyAnswer {
  return policy(principalId, [statement("Deny", stageArn)], { reason });
}

function policy(principalId: string, statements: Statement[], context: Context): PolicyAnswer {
  return { principalId, policyDocument: { Version: "2012-10-17", Statement: statements }, context };
}

function statement(effect: Statement["Effect"], resource: string): Statement {
  return { Effect: effect, Action: "execute-api:Invoke", Resource: resource };
}

/**
 * A gateway may keep the policy longer than the token lives. The end is a Deny of its own, not a condition on the
 * Allow: a gateway that does not evaluate conditions on the Allow would let nobody in.
 */
function denyFrom(resource: string, seconds: number): Statement {
  const Condition = { DateGreaterThanEquals: { "aws:CurrentTime": rfc3339(seconds) } };
  return { ...statement("Deny", resource), Condition };
}
