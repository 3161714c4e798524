import {
  CANNOT_DECIDE,
  type CallerReason,
  type Reason,
  type TokenReason,
  type UndecidedReason,
} from "./reasons.ts";

export function isUndecided(reason: Reason): reason is UndecidedReason {
  return Object.hasOwn(CANNOT_DECIDE, reason);
}

/** Whether the token may be accepted later as it is: such an answer must not be cached. */
export function isCuredByTime(reason: Reason): boolean {
  return reason === "not_yet_valid" || reason === "unknown_key";
}

/** Why a verified caller does not get in. It is returned, not thrown: that a rule says no is no error. */
export interface CallerRefusal {
  readonly reason: CallerReason;
  /** What is known beyond the reason, safe to log: a name, never a value. */
  readonly detail?: string;
}

/**
 * Runs a function, and gives the errors that are made in it no stack trace: collecting one takes V8 longer than all the
 * rest of a refusal.
 */
export function withoutStackTraces<T>(run: () => T): T {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return run();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

/** The one error of the request path. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly reason: TokenReason | UndecidedReason;
  /** What is known beyond the reason, safe to log: the name of a claim or of a host, never a value of a token. */
  readonly detail: string | undefined;

  constructor(reason: TokenReason | UndecidedReason, detail?: string, options?: ErrorOptions) {
    // Where in the code a token was refused says no more than the reason, and would cost more than all the rest.
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    super(detail === undefined ? reason : `${reason}: ${detail}`, options);
    Error.stackTraceLimit = stackTraceLimit;
    this.reason = reason;
    this.detail = detail;
  }
}
