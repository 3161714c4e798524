import { checkIdentitySource, readEvent, type GatewayRequest } from "../apigateway/event.ts";
import type { GatewayKind } from "../apigateway/gateways.ts";
import { checkContext } from "../apigateway/context-limits.ts";
import { toContext, type IdentityContext } from "../identity/context.ts";
import { toCustomContext, checkCustomClaims } from "../identity/custom-claims.ts";
import { checkAccess } from "./access-rules.ts";
import { toFailedDecision, toErrorDecision } from "./decision.ts";
import type { AllowDecision, DenyDecision, Decision, ErrorDecision } from "./decision.ts";
import type { AccessRuleName, AccessRules } from "./access-rules.ts";
import { toIdentity, type Identity, type IdentityRules } from "../identity/identity.ts";
import { parseBearer } from "../token/bearer.ts";
import type { VerificationStep, Verify } from "../token/verify.ts";
import { AuthorizerError, type Denial } from "../errors.ts";
import type { RevocationLookup } from "../revocation/lookup.ts";
import { unwatched, type Step } from "../token/step.ts";

/** What a token goes through. */
type TokenStep = VerificationStep | "context" | AccessRuleName | "revocation";

/** What a request goes through. */
export type EvaluationStep = "event" | "identity-source" | "credential" | TokenStep;

export interface Evaluator {
  readonly rules: AccessRules &
    IdentityRules & {
      readonly contextClaims: Readonly<Record<string, string>>;
    };
  readonly verify: Verify;
  /** The query parameter with a WebSocket's token: `access_token`, unless it is another. */
  readonly webSocketTokenParameter?: string | undefined;
  /** Undefined where tokens are good until they expire. */
  readonly revocations?: RevocationLookup | undefined;
}

/** A request and what was decided of it; there is no request where the event was none of a gateway's. */
export type Evaluation =
  | { readonly request: GatewayRequest; readonly decision: Decision }
  | { readonly request: undefined; readonly decision: ErrorDecision };

/** One request from its event to a decision: the whole path, and the only place where a refusal is caught. */
export async function evaluate(
  event: unknown,
  evaluator: Evaluator,
  step: Step<EvaluationStep> = unwatched,
): Promise<Evaluation> {
  let request: GatewayRequest | undefined;
  try {
    request = step("event", readEvent, event, evaluator.webSocketTokenParameter);
    step("identity-source", checkIdentitySource, request);
    const token = step("credential", parseBearer, request.credentials);
    return { request, decision: await evaluateToken(token, request.kind, evaluator, step) };
  } catch (error) {
    if (!(error instanceof AuthorizerError)) throw error;
    return request === undefined
      ? { request, decision: toErrorDecision(error) }
      : { request, decision: toFailedDecision(error) };
  }
}

/**
 * A token, however it came, to a decision about its bearer: verified, made an identity, and held against the rules.
 *
 * @param kind of the gateway that hands the identity on
 * @throws Refusal where there is no identity, or nothing can be decided
 */
export async function evaluateToken(
  token: string,
  kind: GatewayKind,
  { verify, revocations, rules }: Evaluator,
  step: Step<TokenStep> = unwatched,
): Promise<AllowDecision | DenyDecision> {
  const claims = await verify(token, step);
  const identity = toIdentity(claims, rules);
  const custom = toCustomContextIfConfigured(identity, rules);
  const context = { ...toContext(identity), ...custom };
  const refusal =
    step("context", checkForwardable, identity, context, custom, kind) ?? checkAccess(identity, rules, step);
  if (refusal !== undefined) return { outcome: "deny", ...refusal, identity };
  // Last, so that a caller without access costs no read.
  if (revocations !== undefined) await step("revocation", () => revocations.check(token, claims));
  return { outcome: "allow", identity, context };
}

/** Undefined where the settings name no claims. */
function toCustomContextIfConfigured(
  identity: Identity,
  { contextClaims }: Evaluator["rules"],
): Readonly<Record<string, string>> | undefined {
  return Object.keys(contextClaims).length === 0 ? undefined : toCustomContext(identity, contextClaims);
}

/** Why a caller does not get in whose identity, or whose claims of the team's own, cannot be handed on. */
function checkForwardable(
  identity: Identity,
  context: IdentityContext,
  custom: Readonly<Record<string, string>> | undefined,
  kind: GatewayKind,
): Denial | undefined {
  return (custom && checkCustomClaims(custom)) ?? checkContext(identity, context, kind);
}
