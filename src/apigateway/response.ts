import type { IdentityContext } from "../context.ts";
import { rfc3339 } from "../date-time.ts";
import type { Accepted, CallerRefused, Decision } from "../decision.ts";
import type { Reason } from "../reasons.ts";
import { isCuredByTime } from "../refusal.ts";
import type { GatewayRequest } from "./event.ts";
import { GATEWAYS } from "./gateways.ts";

export interface ResponseRules {
  readonly httpApiResponse: "policy" | "simple";
  readonly httpApiUnauthorized: "401" | "403";
  readonly policyEndsWithToken: boolean;
  readonly clockToleranceSeconds: number;
}

/** Mapped, so that it fits types that have an index signature, as those of `@types/aws-lambda` do. */
type Context = Readonly<IdentityContext> | { readonly reason: Reason };

/** An IAM policy for every kind of gateway, or the HTTP API's simple response. */
export type AuthorizerResponse = PolicyResponse | SimpleResponse;

export interface SimpleResponse {
  readonly isAuthorized: boolean;
  readonly context: Context;
}

export interface PolicyResponse {
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
  const simple = GATEWAYS[request.kind].simpleResponses && rules.httpApiResponse === "simple";
  switch (decision.outcome) {
    case "accepted":
      return simple ? { isAuthorized: true, context: decision.context } : allow(decision, request, rules);
    case "caller-refused":
      return simple ? simpleDeny(decision.reason) : deny(principalOf(decision), decision.reason, request);
    case "no-valid-token":
      if (!isDenied(decision.reason, request, rules))
        throw new Error("Unauthorized", { cause: decision.cause });
      return simple ? simpleDeny(decision.reason) : deny(NOBODY, decision.reason, request);
    case "undecided":
      throw decision.cause;
  }
}

/** The gateway keeps a Deny in its cache: never one for a token that may be good a moment later. */
function isDenied(reason: Reason, { kind }: GatewayRequest, { httpApiUnauthorized }: ResponseRules): boolean {
  return httpApiUnauthorized === "403" && GATEWAYS[kind].mayDenyUnauthorized && !isCuredByTime(reason);
}

/** A subject that cannot be handed on in the context cannot be the policy's principal either. */
function principalOf({ reason, identity }: CallerRefused): string {
  return reason === "identity_unsupported" ? NOBODY : identity.subject;
}

function simpleDeny(reason: Reason): SimpleResponse {
  return { isAuthorized: false, context: { reason } };
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

function deny(principalId: string, reason: Reason, { stageArn }: GatewayRequest): PolicyResponse {
  return policy(principalId, [statement("Deny", stageArn)], { reason });
}

function policy(principalId: string, statements: Statement[], context: Context): PolicyResponse {
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
