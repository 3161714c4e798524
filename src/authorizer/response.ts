import type { GatewayRequest } from "../apigateway/event.ts";
import { GATEWAYS, type GatewayKind } from "../apigateway/gateways.ts";
import {
  createPolicy,
  createStatement,
  type Policy,
  type Simple,
  type Statement,
} from "../apigateway/policy.ts";
import { mayBecomeValid, withoutStackTraces, type Reason } from "../errors.ts";
import type { IdentityContext } from "../identity/context.ts";
import { getClaim, type Identity } from "../identity/identity.ts";
import { rfc3339 } from "../rfc3339.ts";
import type { Settings } from "../settings/settings.ts";
import type { Decision, AllowDecision, DenyDecision, UnauthorizedDecision } from "./decision.ts";

/** Of the settings, those that say how a decision is answered. */
export type ResponseRules = Pick<
  Settings,
  | "httpApiResponse"
  | "httpApiUnauthorized"
  | "policyEndsWithToken"
  | "clockToleranceSeconds"
  | "usageKeyClaim"
>;

/** Mapped, so that it fits types that have an index signature, as those of `@types/aws-lambda` do. */
type Context = Readonly<IdentityContext> | { readonly reason: Reason };

export type PolicyResponse = Policy<Context>;

export type SimpleResponse = Simple<Context>;

/** An IAM policy for every kind of gateway, or the HTTP API's simple response. */
export type AuthorizerResponse = PolicyResponse | SimpleResponse;

/**
 * The response that makes a gateway do what was decided.
 *
 * @throws Error `Unauthorized`, exactly, where the gateway is to answer 401
 * @throws AuthorizerError where nothing could be decided: the gateway answers 500 and caches nothing
 */
export function toResponse(
  decision: Decision,
  request: GatewayRequest,
  rules: ResponseRules,
): AuthorizerResponse {
  const { simpleResponses, mayDenyUnauthorized } = GATEWAYS[request.kind];
  const simple = simpleResponses && rules.httpApiResponse === "simple";
  const denyUnauthorized = mayDenyUnauthorized && rules.httpApiUnauthorized === "403";
  if (decision.outcome === "error") throw decision.cause;
  if (decision.outcome !== "allow")
    return toRejection(decision, request.stageArn, { simple, denyUnauthorized });
  return simple ? { isAuthorized: true, context: decision.context } : toAllowPolicy(decision, request, rules);
}

function toAllowPolicy(
  { identity, context, resource }: AllowDecision,
  { kind, stageArn }: GatewayRequest,
  rules: ResponseRules,
): PolicyResponse {
  const allowed = resource ?? stageArn;
  const statements = [createStatement("Allow", allowed)];
  if (rules.policyEndsWithToken)
    statements.push(createExpiryStatement(allowed, identity.expiresAt + rules.clockToleranceSeconds));
  const policy = createPolicy(identity.subject, statements, context);
  const claim = getUsageKeyClaim(kind, rules);
  const usageKey = claim === undefined ? undefined : readUsageKey(identity, claim);
  return usageKey === undefined ? policy : { ...policy, usageIdentifierKey: usageKey };
}

/** Whether an allowed caller's response lacks the usage plan that the settings ask for. */
export function lacksUsageKey(response: AuthorizerResponse, kind: GatewayKind, rules: UsageRules): boolean {
  return getUsageKeyClaim(kind, rules) !== undefined && !("usageIdentifierKey" in response);
}

type UsageRules = Pick<ResponseRules, "usageKeyClaim">;

/** The claim that chooses the caller's usage plan; undefined where no plan is chosen. */
function getUsageKeyClaim(kind: GatewayKind, { usageKeyClaim }: UsageRules): string | undefined {
  return GATEWAYS[kind].usagePlans ? usageKeyClaim : undefined;
}

/** What API Gateway accepts as the value of an API key. */
const API_KEY = /^[A-Za-z0-9]{20,128}$/;

/** The API key that chooses the caller's usage plan; undefined if the claim has no value that could be a key. */
function readUsageKey(identity: Identity, claim: string): string | undefined {
  const value = claim === "client_id" ? identity.clientId : getClaim(identity, claim);
  return typeof value === "string" && API_KEY.test(value) ? value : undefined;
}

/**
 * A gateway may keep the policy longer than the token lives. The end is a Deny of its own, not a condition on the
 * Allow: a gateway that does not evaluate conditions on the Allow would deny everyone.
 */
function createExpiryStatement(resource: string, seconds: number): Statement {
  const Condition = { DateGreaterThanEquals: { "aws:CurrentTime": rfc3339(seconds) } };
  return { ...createStatement("Deny", resource), Condition };
}

/** How a caller may be rejected. */
interface RejectionRules {
  readonly simple: boolean;
  /** Whether the gateway is to deny, rather than to answer 401, where there is no valid token. */
  readonly denyUnauthorized: boolean;
}

/** The principal of a caller without a verified identity. */
const ANONYMOUS_PRINCIPAL = "anonymous";

/**
 * The response that makes a gateway reject a caller.
 *
 * @throws Error `Unauthorized`, exactly, where the gateway is to answer 401
 */
function toRejection(
  decision: DenyDecision | UnauthorizedDecision,
  stageArn: string,
  { simple, denyUnauthorized }: RejectionRules,
): PolicyResponse | SimpleResponse {
  const { reason } = decision;
  // The gateway keeps a Deny in its cache: never one for a token that may be good a moment later.
  if (decision.outcome === "unauthorized" && (!denyUnauthorized || mayBecomeValid(reason)))
    // Lambda logs an error with its stack trace, which says nothing here.
    throw withoutStackTraces(() => new Error("Unauthorized", { cause: decision.cause }));
  return simple
    ? { isAuthorized: false, context: { reason } }
    : toDenyPolicy(getPrincipal(decision), reason, stageArn);
}

/** A subject that cannot be forwarded in the context cannot be the policy's principal either. */
function getPrincipal(decision: DenyDecision | UnauthorizedDecision): string {
  return decision.outcome === "unauthorized" || decision.reason === "context_value_unsupported"
    ? ANONYMOUS_PRINCIPAL
    : decision.identity.subject;
}

function toDenyPolicy(principalId: string, reason: Reason, stageArn: string): PolicyResponse {
  return createPolicy(principalId, [createStatement("Deny", stageArn)], { reason });
}
