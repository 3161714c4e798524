import { checkIdentitySource, readEvent, type GatewayRequest } from "../apigateway/event.ts";
import type { GatewayKind } from "../apigateway/gateways.ts";
import { checkContext } from "../apigateway/context-limits.ts";
import { toContext } from "../identity/context.ts";
import { toCustomContext, checkCustomClaims } from "../identity/custom-claims.ts";
import { checkAccess } from "./access-rules.ts";
import { toFailedDecision, toErrorDecision } from "./decision.ts";
import type { AllowDecision, DenyDecision, Decision, ErrorDecision } from "./decision.ts";
import type { AccessRuleName, AccessRules } from "./access-rules.ts";
import { toIdentity, type IdentityRules } from "../identity/identity.ts";
import { parseBearer } from "../token/bearer.ts";
import type { VerificationStep, Verify } from "../token/verify.ts";
import { AuthorizerError } from "../errors.ts";
import type { RevocationLookup } from "../revocation/lookup.ts";

/** The checks of a token and of its bearer. */
type TokenStep = VerificationStep | "context" | AccessRuleName | "revocation";

/** The checks of a request, as `onStep` is called with them. */
export type EvaluationStep = "event" | "identity-source" | "credential" | TokenStep;

export interface Evaluator {
  readonly rules: AccessRules &
    IdentityRules & {
      readonly contextClaims: Readonly<Record<string, string>>;
    };
  readonly verify: Verify;
  /** Undefined where tokens are good until they expire. */
  readonly revocations?: RevocationLookup | undefined;
}

/** A request and the decision on it; without a request where no gateway sends such an event. */
export type Evaluation =
  | { readonly request: GatewayRequest; readonly decision: Decision }
  | { readonly request: undefined; readonly decision: ErrorDecision };

/**
 * One request, from its event to a decision: the whole path, and the only place that catches an AuthorizerError.
 *
 * @param onStep called with the name of each check before it is made, so that the last name is the check that decided
 */
export async function evaluate(
  event: unknown,
  evaluator: Evaluator,
  onStep?: (step: EvaluationStep) => void,
): Promise<Evaluation> {
  let request: GatewayRequest | undefined;
  try {
    onStep?.("event");
    request = readEvent(event);
    onStep?.("identity-source");
    checkIdentitySource(request);
    onStep?.("credential");
    const token = parseBearer(request.credentials);
    return { request, decision: await evaluateToken(token, request.kind, evaluator, onStep) };
  } catch (error) {
    if (!(error instanceof AuthorizerError)) throw error;
    return request === undefined
      ? { request, decision: toErrorDecision(error) }
      : { request, decision: toFailedDecision(error) };
  }
}

/**
 * A token, however it was sent, to a decision on its bearer.
 *
 * @param gateway that forwards the identity
 * @throws AuthorizerError where the token is not valid, or nothing can be decided
 */
export async function evaluateToken(
  token: string,
  gateway: GatewayKind,
  { verify, revocations, rules }: Evaluator,
  onStep?: (step: TokenStep) => void,
): Promise<AllowDecision | DenyDecision> {
  const claims = await verify(token, onStep);
  const identity = toIdentity(claims, rules);
  onStep?.("context");
  const custom = toCustomContext(identity, rules.contextClaims);
  const context = { ...custom, ...toContext(identity) };
  const denial =
    checkCustomClaims(custom) ??
    checkContext(identity, context, gateway) ??
    checkAccess(identity, rules, onStep);
  if (denial !== undefined) return { outcome: "deny", ...denial, identity };
  if (revocations !== undefined) {
    // Last, so that a caller without access costs no read.
    onStep?.("revocation");
    await revocations.check(token, claims);
  }
  return { outcome: "allow", identity, context };
}
