import { FetchError } from "../../http/fetch-error.ts";
import { DynamoDbError, isThrottled, type CallDynamoDb } from "../dynamodb.ts";
import { writeRevocation, type TableWriterOptions } from "../table-writer.ts";
import type { WriterDependencies } from "./revoke-on-event.ts";

export interface TableOptions extends TableWriterOptions {
  /** Waits, in milliseconds. */
  readonly wait: (ms: number) => Promise<void>;
}

/** Auth0 waits 5 s for the answer to a logout token, the fetch of a key among them, and sends it once. */
const ATTEMPT_TIMEOUT_MS = 1000;
const WAITS_MS = [50, 250] as const;

/**
 * Writes to a table as {@link writeRevocation} does, and tries again where a failure may pass: a write twice is one.
 *
 * A request keeps no process alive, and this waits for one.
 */
export function putInto(options: TableOptions): WriterDependencies["put"] {
  const call = persistent(options);
  return async (revocation) => {
    const keepAlive = setInterval(() => undefined, ATTEMPT_TIMEOUT_MS);
    try {
      return await writeRevocation(revocation, { ...options, call });
    } finally {
      clearInterval(keepAlive);
    }
  };
}

function persistent({ call, wait }: Pick<TableOptions, "call" | "wait">): CallDynamoDb {
  return async (operation, input) => {
    for (const ms of WAITS_MS) {
      try {
        return await call(operation, input, ATTEMPT_TIMEOUT_MS);
      } catch (error) {
        if (!mayPass(error)) throw error;
        await wait(ms);
      }
    }
    return call(operation, input, ATTEMPT_TIMEOUT_MS);
  };
}

function mayPass(error: unknown): boolean {
  return error instanceof DynamoDbError
    ? error.status >= 500 || isThrottled(error)
    : error instanceof FetchError;
}
