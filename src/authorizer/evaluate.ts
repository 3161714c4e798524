import { checkIdentitySource, readEvent, type GatewayRequest } from "../apigateway/event.ts";
import type { GatewayKind } from "../apigateway/gateways.ts";
import { checkContext } from "../apigateway/context-limits.ts";
import { readRoute } from "../apigateway/route.ts";
import { readStageRules, type SharedRules } from "../apigateway/stage-variables.ts";
import { toContext } from "../identity/context.ts";
import { toCustomContext, checkCustomClaims } from "../identity/custom-claims.ts";
import { checkAccess } from "./access-rules.ts";
import { toFailedDecision, toErrorDecision } from "./decision.ts";
import type { AllowDecision, DenyDecision, Decision, ErrorDecision } from "./decision.ts";
import type { AccessRuleName, AccessRules, RequestRules } from "./access-rules.ts";
import { toIdentity, type IdentityRules } from "../identity/identity.ts";
import { parseBearer } from "../token/bearer.ts";
import { decodeUnverifiedJwt, type DecodedJwt, type UnverifiedJwt } from "../token/jwt.ts";
import type { VerificationStep, Verify } from "../token/verify.ts";
import { AuthorizerError } from "../errors.ts";
import type { Settings } from "../settings/settings.ts";
import type { RevocationLookup } from "../revocation/lookup.ts";

/** The checks of a token and of its bearer. */
type TokenStep = VerificationStep | "context" | AccessRuleName | "revocation";

/** The checks of a request, as `onStep` is called with them. */
export type EvaluationStep = "event" | "identity-source" | "stage" | "credential" | "form" | TokenStep;

export interface Evaluator {
  readonly rules: AccessRules &
    IdentityRules &
    SharedRules &
    Pick<Settings, "contextClaims" | "webSocketTokenParameter">;
  readonly verify: Verify;
  /** Undefined where tokens are good until they expire. */
  readonly revocations?: RevocationLookup | undefined;
}

/** A request and the decision on it; without a request if no gateway sends such an event. */
export type Evaluation = {
  /** What the token says, which nothing vouches for unless the caller is allowed or denied. */
  readonly jwt: UnverifiedJwt | undefined;
} & (
  | { readonly request: GatewayRequest; readonly decision: Decision }
  | { readonly request: undefined; readonly decision: ErrorDecision }
);

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
  const { rules } = evaluator;
  let request: GatewayRequest | undefined;
  let jwt: DecodedJwt | undefined;
  try {
    onStep?.("event");
    request = readEvent(event, rules.webSocketTokenParameter);
    onStep?.("identity-source");
    checkIdentitySource(request);
    const route = hasEntries(rules.routePermissions) ? readRoute(event, request.kind) : undefined;
    onStep?.("stage");
    const stage = readStageRules(event, rules);
    onStep?.("credential");
    const token = parseBearer(request.credentials);
    onStep?.("form");
    jwt = decodeUnverifiedJwt(token);
    const { kind } = request;
    const here = { kind, route, stagePermissions: stage.permissions, audiences: stage.audiences };
    return { request, jwt, decision: await evaluateToken(jwt, here, evaluator, onStep) };
  } catch (error) {
    if (!(error instanceof AuthorizerError)) throw error;
    return request === undefined
      ? { request, jwt, decision: toErrorDecision(error) }
      : { request, jwt, decision: toFailedDecision(error) };
  }
}

function hasEntries(settings: Readonly<Record<string, unknown>>): boolean {
  return Object.keys(settings).length > 0;
}

/** Where a token is presented: what forwards the identity, and what counts there. */
export interface Presentation extends RequestRules {
  readonly kind: GatewayKind;
  /** Which of the configured audiences and client IDs count; undefined means all. */
  readonly audiences: readonly string[] | undefined;
}

/**
 * A decoded token, however it was sent, to a decision on its bearer.
 *
 * @throws AuthorizerError if the token is not valid, or nothing can be decided
 */
export async function evaluateToken(
  jwt: DecodedJwt,
  presentation: Presentation,
  { verify, revocations, rules }: Evaluator,
  onStep?: (step: TokenStep) => void,
): Promise<AllowDecision | DenyDecision> {
  const claims = await verify(jwt, { audiences: presentation.audiences, onStep });
  const identity = toIdentity(claims, rules);
  onStep?.("context");
  const custom = hasEntries(rules.contextClaims) ? toCustomContext(identity, rules.contextClaims) : undefined;
  const context = toContext(identity, custom);
  const denial =
    (custom && checkCustomClaims(custom)) ??
    checkContext(identity, context, presentation.kind) ??
    checkAccess(identity, rules, presentation, onStep);
  if (denial !== undefined) return { outcome: "deny", ...denial, identity };
  if (revocations !== undefined) {
    // Last, so that a caller without access costs no read.
    onStep?.("revocation");
    await revocations.check(jwt.token, claims);
  }
  return { outcome: "allow", identity, context, resource: presentation.route?.resource };
}
