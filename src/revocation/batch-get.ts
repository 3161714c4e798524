import type { JsonObject } from "../token/jwt.ts";
import { FetchError } from "../http/fetch-error.ts";
import { DynamoDbError, type CallDynamoDb } from "./dynamodb.ts";
import { readKey, readNotBefore, readOwn } from "./item.ts";

/** How a table is asked: DynamoDB's API, once on the connection that is kept and once on a new one. */
export interface TableCalls {
  readonly table: string;
  readonly kept: CallDynamoDb;
  readonly fresh: CallDynamoDb;
}

/** What the table has under a key: the time of a revocation in seconds since the epoch, or an item without one. */
export type Listed = number | "unreadable";

/** Takes what is found under a key. Undefined: nothing. */
export type OnFound = (key: string, found: Listed | undefined) => void;

const KEPT_TIMEOUT_MS = 300;
const FRESH_TIMEOUT_MS = 700;
/** How often keys are asked for that stayed unprocessed. */
const REPEATS = 2;

/**
 * Reads keys by BatchGetItem, eventually consistent.
 *
 * @param keys each once
 * @param onFound is called for each key as soon as the table has said what stands there
 * @throws Error where the table does not answer for every key; {@link isNoAnswer} tells what that means
 */
export async function readKeys(keys: readonly string[], calls: TableCalls, onFound: OnFound): Promise<void> {
  let left = takeAnswer(await ask(keys, calls), keys, calls, onFound);
  for (let repeat = 0; left.length > 0; repeat += 1) {
    if (repeat === REPEATS) throw new Error(`DynamoDB left ${left.length} keys unprocessed`);
    left = takeAnswer(await askAgain(left, calls), left, calls, onFound);
  }
}

/**
 * Whether an error means that the table gave no answer at all: no connection, no complete answer in time, or HTTP 5xx.
 * A caller can cause every other failure, such as the throttling of a key.
 */
export function isNoAnswer(error: unknown): boolean {
  if (error instanceof DynamoDbError) return error.status >= 500;
  return error instanceof FetchError && error.connectionFailed;
}

/** A connection may have died, or hang, after the sandbox was frozen: then another one may do. */
async function ask(keys: readonly string[], { table, kept, fresh }: TableCalls): Promise<unknown> {
  const input = toInput(keys, table);
  try {
    return (await kept("BatchGetItem", input, KEPT_TIMEOUT_MS)).output;
  } catch (error) {
    if (!isNoAnswer(error)) throw error;
    return (await fresh("BatchGetItem", input, FRESH_TIMEOUT_MS)).output;
  }
}

/** The table has answered once, so that no failure means that it gives no answer. */
async function askAgain(keys: readonly string[], { table, kept }: TableCalls): Promise<unknown> {
  try {
    return (await kept("BatchGetItem", toInput(keys, table), KEPT_TIMEOUT_MS)).output;
  } catch (cause) {
    const reason = (cause as Error).message;
    throw new Error(`DynamoDB left ${keys.length} keys unprocessed, then: ${reason}`, { cause });
  }
}

/** Without the attributes that are not read here, an answer has a known size, whatever the items hold. */
function toInput(keys: readonly string[], table: string): object {
  const Keys = keys.map((key) => ({ id: { S: key } }));
  return { RequestItems: { [table]: { Keys, ProjectionExpression: "id, notBefore" } } };
}

/** @returns the keys that were not processed */
function takeAnswer(
  output: unknown,
  keys: readonly string[],
  { table }: Pick<TableCalls, "table">,
  onFound: OnFound,
): readonly string[] {
  const items = readOwn(readOwn(output, "Responses"), table);
  const unprocessed = readOwn(output, "UnprocessedKeys") ?? {};
  if (!Array.isArray(items) || typeof unprocessed !== "object") throw new Error(MALFORMED);
  const left = readUnprocessed(unprocessed as JsonObject, table);
  const found = new Map<string, Listed>();
  for (const item of items) found.set(readKey(item), readNotBefore(item) ?? "unreadable");
  if (![...found.keys(), ...left].every((key) => keys.includes(key))) throw new Error(MALFORMED);
  for (const key of keys) if (found.has(key) || !left.includes(key)) onFound(key, found.get(key));
  return left.filter((key) => !found.has(key));
}

const MALFORMED = "DynamoDB answered BatchGetItem with something other than the items that were asked for";

/** @throws Error where it is anything but keys of the table */
function readUnprocessed(unprocessed: JsonObject, table: string): readonly string[] {
  const tables = Object.keys(unprocessed);
  if (tables.length === 0) return [];
  const keys = readOwn(readOwn(unprocessed, table), "Keys");
  if (tables.length > 1 || !Array.isArray(keys)) throw new Error(MALFORMED);
  return keys.map(readKey);
}
