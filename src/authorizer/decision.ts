import { type CallerRefusal, type Reason, type Refusal, isUndecided } from "../errors.ts";
import type { IdentityContext } from "../identity/context.ts";
import type { Identity } from "../identity/identity.ts";

/** What is answered to one request. */
export type Decision = Accepted | CallerRefused | NoValidToken | Undecided;

export interface Accepted {
  readonly outcome: "accepted";
  readonly identity: Identity;
  /** What the Lambdas behind receive. */
  readonly context: IdentityContext;
}

/** A verified caller who does not get in. */
export interface CallerRefused extends CallerRefusal {
  readonly outcome: "caller-refused";
  readonly identity: Identity;
}

export interface NoValidToken {
  readonly outcome: "no-valid-token";
  readonly reason: Reason;
  readonly cause: Refusal;
}

/** Nothing can be said about the caller. */
export interface Undecided {
  readonly outcome: "undecided";
  readonly reason: Reason;
  readonly cause: Refusal;
}

/** What was thrown on the way to an identity: no valid token, or nothing that can be decided. */
export function thrown(cause: Refusal): NoValidToken | Undecided {
  return isUndecided(cause.reason)
    ? undecided(cause)
    : { outcome: "no-valid-token", reason: cause.reason, cause };
}

export function undecided(cause: Refusal): Undecided {
  return { outcome: "undecided", reason: cause.reason, cause };
}
