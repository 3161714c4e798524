import { checkIdentitySource, readEvent, type GatewayRequest } from "../apigateway/event.ts";
import type { GatewayKind } from "../apigateway/gateways.ts";
import { refuseContext } from "../apigateway/context-limits.ts";
import { toContext, type IdentityContext } from "../identity/context.ts";
import { customContext, refuseCustomClaims } from "../identity/custom-claims.ts";
import { refusalOf } from "./access-rules.ts";
import { thrown, undecided } from "./decision.ts";
import type { Accepted, CallerRefused, Decision, Undecided } from "./decision.ts";
import type { AccessRuleName, AccessRules } from "./access-rules.ts";
import { identityOf, type Identity, type IdentityRules } from "../identity/identity.ts";
import { parseBearer } from "../token/bearer.ts";
import type { VerificationStep, Verify } from "../token/verify.ts";
import { Refusal, type CallerRefusal } from "../errors.ts";
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
  /** Undefined where tokens are good until they expire. */
  readonly revocations?: RevocationLookup | undefined;
}

/** A request and what was decided of it; there is no request where the event was none of a gateway's. */
export type Evaluation =
  | { readonly request: GatewayRequest; readonly decision: Decision }
  | { readonly request: undefined; readonly decision: Undecided };

/** One request from its event to a decision: the whole path, and the only place where a refusal is caught. */
export async function evaluate(
  event: unknown,
  evaluator: Evaluator,
  step: Step<EvaluationStep> = unwatched,
): Promise<Evaluation> {
  let request: GatewayRequest | undefined;
  try {
    request = step("event", readEvent, event);
    step("identity-source", checkIdentitySource, request);
    const token = step("credential", parseBearer, request.credentials);
    return { request, decision: await decideOnToken(token, request.kind, evaluator, step) };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return request === undefined
      ? { request, decision: undecided(error) }
      : { request, decision: thrown(error) };
  }
}

/**
 * A token, however it came, to a decision about its bearer: verified, made an identity, and held against the rules.
 *
 * @param kind of the gateway that hands the identity on
 * @throws Refusal where there is no identity, or nothing can be decided
 */
export async function decideOnToken(
  token: string,
  kind: GatewayKind,
  { verify, revocations, rules }: Evaluator,
  step: Step<TokenStep> = unwatched,
): Promise<Accepted | CallerRefused> {
  const claims = await verify(token, step);
  const identity = identityOf(claims, rules);
  const custom = customContextOf(identity, rules);
  const context = { ...toContext(identity), ...custom };
  const refusal =
    step("context", refuseHandingOn, identity, context, custom, kind) ?? refusalOf(identity, rules, step);
  if (refusal !== undefined) return { outcome: "caller-refused", ...refusal, identity };
  // Last, so that a caller without access costs no read.
  if (revocations !== undefined) await step("revocation", () => revocations.check(token, claims));
  return { outcome: "accepted", identity, context };
}

/** Undefined where the settings name no claims. */
function customContextOf(
  identity: Identity,
  { contextClaims }: Evaluator["rules"],
): Readonly<Record<string, string>> | undefined {
  return Object.keys(contextClaims).length === 0 ? undefined : customContext(identity, contextClaims);
}

/** Why a caller does not get in whose identity, or whose claims of the team's own, cannot be handed on. */
function refuseHandingOn(
  identity: Identity,
  context: IdentityContext,
  custom: Readonly<Record<string, string>> | undefined,
  kind: GatewayKind,
): CallerRefusal | undefined {
  return (custom && refuseCustomClaims(custom)) ?? refuseContext(identity, context, kind);
}
