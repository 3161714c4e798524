import { isNoAnswer } from "../../revocation/batch-get.ts";
import { readNotBefore, readOwn, toKey } from "../../revocation/item.ts";
import type { RevocationScope } from "../../revocation/revocation.ts";
import { writeRevocation, type WriteResult } from "../../revocation/table-writer.ts";
import type { RevocationTable } from "./table.ts";
import { UsageError } from "../terminal.ts";

/** What is known of the table after a write. Times are seconds since the epoch. */
export type StoreOutcome =
  /** The table has this revocation, or a later one of the same scope: it was read back. */
  | {
      readonly is: "stored";
      readonly result: WriteResult;
      /** What was asked for. */
      readonly asked: number;
      /** What the table has now. */
      readonly notBefore: number;
    }
  /** The table does not have it. */
  | { readonly is: "not_stored"; readonly error: unknown }
  /** The write had no answer, or could not be read back. */
  | { readonly is: "unknown"; readonly error: unknown };

/** What a table says of one key, and when. */
interface Stored {
  /** Undefined where there is no item, or one without a time. */
  readonly notBefore: number | undefined;
  /** Milliseconds since the epoch, by AWS's clock. */
  readonly date: number | undefined;
}

const TIMEOUT_MS = 10_000;

/**
 * Writes a revocation as of now, by the clock of DynamoDB, and reads it back.
 *
 * @param givenTime another time, in seconds since the epoch
 * @throws UsageError where the given time is in the future
 */
export async function storeRevocation(
  scope: RevocationScope,
  givenTime: number | undefined,
  table: RevocationTable,
): Promise<StoreOutcome> {
  const key = toKey(scope);
  let now: number;
  try {
    now = getDate(await readStored(key, table));
  } catch (error) {
    return { is: "not_stored", error };
  }
  const asked = givenTime ?? Math.floor(now / 1000);
  if (asked * 1000 > now)
    throw new UsageError("--not-before is in the future, by the clock of DynamoDB: nothing was revoked");
  let result: WriteResult;
  try {
    const { name, call } = table;
    result = await writeRevocation({ scope, notBefore: asked }, { table: name, call, clock: () => now });
  } catch (error) {
    return { is: isNoAnswer(error) ? "unknown" : "not_stored", error };
  }
  return readBack(key, { asked, result }, table);
}

async function readBack(
  key: string,
  { asked, result }: { readonly asked: number; readonly result: WriteResult },
  table: RevocationTable,
): Promise<StoreOutcome> {
  try {
    const { notBefore } = await readStored(key, table);
    if (notBefore !== undefined && notBefore >= asked) return { is: "stored", result, asked, notBefore };
    const found = notBefore === undefined ? "no revocation" : "an earlier time";
    return { is: "not_stored", error: new Error(`the table was read back, and has ${found} under this key`) };
  } catch (error) {
    return { is: "unknown", error };
  }
}

async function readStored(key: string, { name, call }: RevocationTable): Promise<Stored> {
  const keys = { Keys: [{ id: { S: key } }], ConsistentRead: true };
  const { output, date } = await call("BatchGetItem", { RequestItems: { [name]: keys } }, TIMEOUT_MS);
  const items = readOwn(readOwn(output, "Responses"), name);
  if (!Array.isArray(items) || Object.keys(Object(readOwn(output, "UnprocessedKeys")) as object).length > 0)
    throw new Error("DynamoDB did not answer for the key. Try again");
  return { notBefore: readNotBefore(items[0]), date };
}

function getDate({ date }: Stored): number {
  if (date === undefined) throw new Error("DynamoDB's answer does not say what time it is");
  return date;
}
