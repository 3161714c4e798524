import type { Revocation } from "../revocation.ts";
import type { WriteResult } from "../table-writer.ts";
import type { WriterLog } from "./log.ts";
import { readTenantMessage } from "./auth0-event.ts";

/** What every writer takes from the world around it. */
export interface WriterDependencies {
  /**
   * @throws RangeError where the revocation can never be stored
   * @throws Error where the table did not take it. The messages of both may be logged
   */
  readonly put: (revocation: Revocation) => Promise<WriteResult>;
  readonly log: WriterLog;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
}

export interface RevokeOnEventOptions extends WriterDependencies {
  /** Whether a logout in the log stream revokes its session. */
  readonly revokesOnLogout: boolean;
}

/**
 * The handler of a Lambda function that Amazon EventBridge calls with Auth0's messages.
 *
 * @returns a function that throws where the table did not take a revocation, so that Lambda tries again. A message that
 * cannot be read, or whose revocation can never be stored, is logged and counted and not tried again: it would fail for
 * ever
 */
export function createRevokeOnEvent(options: RevokeOnEventOptions): (event: unknown) => Promise<void> {
  const { put, log, clock, revokesOnLogout } = options;
  return async (event) => {
    const message = readTenantMessage(event, { now: clock(), revokesOnLogout });
    const { type } = message;
    if (message.outcome === "ignored") {
      log.ignored(type);
      return;
    }
    const { isTest } = message;
    if (message.outcome === "not_understood") {
      log.notUnderstood(type, message.reason, isTest);
      return;
    }
    const { revocation, happenedAt } = message;
    try {
      const result = await put(revocation);
      log.stored({ type, kind: revocation.scope.kind, result, delayMs: clock() - happenedAt, isTest });
    } catch (error) {
      const isRetried = !(error instanceof RangeError);
      log.notWritten({ type, error: error as Error, isRetried });
      if (isRetried) throw error;
    }
  };
}
