import type { Revocation } from "../revocations/revocation.ts";
import type { WriterLog } from "./log.ts";
import { readTenantMessage } from "./tenant-message.ts";

/** What every writer takes from the world around it. */
export interface WriterDependencies {
  /** @throws Error where the table did not take it, whose message may be logged */
  readonly put: (revocation: Revocation) => Promise<void>;
  readonly log: WriterLog;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
}

export interface RevokeOnEventOptions extends WriterDependencies {
  /** Whether a log-out in the log stream ends its session. */
  readonly revokesOnLogout: boolean;
}

/**
 * The handler of a Lambda function that Amazon EventBridge calls with Auth0's messages.
 *
 * @returns a function that throws where the table did not take a revocation, so that Lambda tries again; a message of
 * which nothing follows is logged by its type and done with
 */
export function createRevokeOnEvent(options: RevokeOnEventOptions): (event: unknown) => Promise<void> {
  const { put, log, clock, revokesOnLogout } = options;
  return async (event) => {
    const message = readTenantMessage(event, { now: clock(), revokesOnLogout });
    const { type } = message;
    if (message.outcome === "ignored") {
      log.ignored(type, message.because);
      return;
    }
    const { revocation, happenedAt } = message;
    try {
      await put(revocation);
    } catch (error) {
      log.notWritten(type, error as Error);
      throw error;
    }
    log.written({ type, kind: revocation.kind, delayMs: clock() - happenedAt });
  };
}
