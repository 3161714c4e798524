import { type Denial, type Reason, type AuthorizerError, isErrorReason } from "../errors.ts";
import type { IdentityContext } from "../identity/context.ts";
import type { Identity } from "../identity/identity.ts";

/** What is answered to one request. */
export type Decision = AllowDecision | DenyDecision | UnauthorizedDecision | ErrorDecision;

export interface AllowDecision {
  readonly outcome: "allow";
  readonly identity: Identity;
  /** What the backend receives. */
  readonly context: IdentityContext;
  /** What the policy allows if that is less than every route of the stage. */
  readonly resource?: string | undefined;
}

/** A verified caller who is denied. */
export interface DenyDecision extends Denial {
  readonly outcome: "deny";
  readonly identity: Identity;
}

export interface UnauthorizedDecision {
  readonly outcome: "unauthorized";
  readonly reason: Reason;
  readonly cause: AuthorizerError;
}

/** Nothing can be said about the caller. */
export interface ErrorDecision {
  readonly outcome: "error";
  readonly reason: Reason;
  readonly cause: AuthorizerError;
}

/** What was thrown on the way to an identity: no valid token, or nothing that can be decided. */
export function toFailedDecision(cause: AuthorizerError): UnauthorizedDecision | ErrorDecision {
  return isErrorReason(cause.code)
    ? toErrorDecision(cause)
    : { outcome: "unauthorized", reason: cause.code, cause };
}

/** The reasons that are found after the signature was verified. */
const VERIFIED: readonly Reason[] = ["revoked", "revocations_unavailable"];

/** Whether the token of a decision was verified, so that what it says is its tenant's word. */
export function isVerified(decision: Decision): boolean {
  return decision.outcome === "allow" || decision.outcome === "deny" || VERIFIED.includes(decision.reason);
}

export function toErrorDecision(cause: AuthorizerError): ErrorDecision {
  return { outcome: "error", reason: cause.code, cause };
}
