import type { CallerReason, Reason, TokenReason, UndecidedReason } from "./reasons.ts";

const UNDECIDED: Readonly<Record<UndecidedReason, true>> = {
  keys_unavailable: true,
  unsupported_event: true,
  identity_source_without_token: true,
  revocations_unavailable: true,
};

export function isUndecided(reason: Reason): reason is UndecidedReason {
  return Object.hasOwn(UNDECIDED, reason);
}

/** Whether the token may be accepted later as it is: such an answer must not be cached. */
export function isCuredByTime(reason: Reason): boolean {
  return reason === "not_yet_valid" || reason === "unknown_key";
}

/** Told by its name, because what few requests need is bundled apart from this, with a class of its own. */
export function isRefusal(error: unknown): error is Refusal {
  return error instanceof Error && error.name === "Refusal";
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
