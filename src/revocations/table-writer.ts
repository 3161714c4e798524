import type { CallDynamoDb } from "./dynamodb.ts";
import { itemOf } from "./item.ts";
import type { Revocation } from "./revocation.ts";

export interface TableWriterOptions {
  readonly table: string;
  readonly retentionHours: number;
  readonly call: CallDynamoDb;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
}

/** Readers ask for what was written since they asked before, and a minute more. */
const MAX_SKEW_MS = 30_000;
const TIMEOUT_MS = 5000;

/**
 * Writes a revocation. Whoever writes it twice does no harm.
 *
 * @throws RangeError where it is malformed, or its time has not come yet
 * @throws Error where the table did not take it, or where the clock of whoever writes is so wrong that readers might
 * overlook it
 */
export async function writeRevocation(revocation: Revocation, options: TableWriterOptions): Promise<void> {
  const { table, retentionHours, call, clock } = options;
  const writtenAt = clock();
  const Item = itemOf(revocation, { writtenAt, retentionHours });
  const { date = writtenAt } = await call("PutItem", { TableName: table, Item }, TIMEOUT_MS);
  const skew = Math.round((writtenAt - date) / 1000);
  if (Math.abs(skew) * 1000 > MAX_SKEW_MS) {
    throw new Error(
      `this machine's clock is ${skew} seconds off AWS's, so that authorizers may overlook the revocation: set the clock, and write it again`,
    );
  }
}
