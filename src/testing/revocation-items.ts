import { toKey, type RevocationItem } from "../revocation/item.ts";
import type { Revocation } from "../revocation/revocation.ts";

/** An answer of DynamoDB. */
export interface Answer {
  readonly status: number;
  readonly body: object;
}

/** An item as DynamoDB's JSON has it. Tests may store anything under a key, as a real table may hold anything. */
export type StoredItem = Readonly<Record<string, unknown>>;

/** The parts of DynamoDB's requests that are understood. */
interface Input {
  readonly TableName?: unknown;
  readonly RequestItems?: Readonly<Record<string, KeysAndProjection>>;
  readonly Key?: unknown;
  readonly UpdateExpression?: unknown;
  readonly ConditionExpression?: unknown;
  readonly ExpressionAttributeValues?: Readonly<Record<string, { readonly N?: string } | undefined>>;
  readonly ReturnValues?: unknown;
  readonly ReturnValuesOnConditionCheckFailure?: unknown;
  readonly Limit?: number;
  readonly ExclusiveStartKey?: unknown;
}

interface KeysAndProjection {
  readonly Keys?: readonly unknown[];
  readonly ProjectionExpression?: string;
}

const MAX_KEYS = 100;
const MAX_KEY_BYTES = 2048;
const CONDITION = "attribute_not_exists(notBefore) OR notBefore < :notBefore";
const UPDATES = [
  "SET notBefore = :notBefore REMOVE expiresAt",
  "SET notBefore = :notBefore, expiresAt = :expiresAt",
];

/** DynamoDB's answer to a request that it refuses, such as `ValidationException`. */
export function exception(type: string, status = 400, more: object = {}): Answer {
  return { status, body: { __type: `com.amazonaws.dynamodb.v20120810#${type}`, ...more } };
}

/** DynamoDB's answer where a request is well-formed JSON but breaks one of its rules. */
const INVALID = exception("ValidationException");

/** The items of one table by their partition key `id`, and DynamoDB's operations on them. */
export class RevocationItems {
  /** By the partition key. */
  readonly items: Map<string, StoredItem> = new Map<string, StoredItem>();
  /** What DescribeTable says of the table, beside its name. */
  description: Readonly<Record<string, unknown>>;
  /** What DescribeTimeToLive says. */
  timeToLive: Readonly<Record<string, unknown>> = { TimeToLiveStatus: "ENABLED", AttributeName: "expiresAt" };
  readonly #name: string;
  readonly #pageSize: number;

  /** @param createdAt milliseconds since the epoch */
  constructor({ name, pageSize, createdAt }: { name: string; pageSize: number; createdAt: number }) {
    this.#name = name;
    this.#pageSize = pageSize;
    this.description = {
      TableStatus: "ACTIVE",
      CreationDateTime: createdAt / 1000,
      AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
      KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
      BillingModeSummary: { BillingMode: "PAY_PER_REQUEST" },
      DeletionProtectionEnabled: true,
    };
  }

  /** Stores a revocation, unless there is a later one of the same scope. */
  raise({ scope, notBefore }: Revocation, expiresAt: number | undefined): void {
    const id = toKey(scope);
    if (readTime(this.items.get(id)) >= notBefore) return;
    this.items.set(id, {
      id: { S: id },
      notBefore: { N: String(notBefore) },
      ...(expiresAt !== undefined && { expiresAt: { N: String(expiresAt) } }),
    });
  }

  /** Answers one operation, such as `BatchGetItem`. */
  answer(operation: string, input: unknown): Answer {
    const request = Object(input) as Input;
    if (operation === "BatchGetItem") return this.#batchGetItem(request);
    const answer = this.#operations[operation];
    if (answer === undefined) return exception("UnknownOperationException");
    return request.TableName === this.#name ? answer(request) : exception("ResourceNotFoundException");
  }

  readonly #operations: Readonly<Record<string, (input: Input) => Answer>> = {
    UpdateItem: (input) => this.#updateItem(input),
    Scan: (input) => this.#scan(input),
    DescribeTable: () => ok({ Table: { TableName: this.#name, ...this.description } }),
    DescribeTimeToLive: () => ok({ TimeToLiveDescription: this.timeToLive }),
  };

  #batchGetItem({ RequestItems: requested = {} }: Input): Answer {
    const tables = Object.keys(requested);
    if (tables.length === 0) return INVALID;
    if (tables.some((name) => name !== this.#name)) return exception("ResourceNotFoundException");
    const { Keys: keys = [], ProjectionExpression: projection } = requested[this.#name] ?? {};
    const ids = keys.map(readId);
    const isValid = ids.length > 0 && ids.length <= MAX_KEYS && new Set(ids).size === ids.length;
    if (!isValid || ids.includes(undefined)) return INVALID;
    const found = ids.map((id = "") => this.items.get(id)).filter((item) => item !== undefined);
    return ok({
      Responses: { [this.#name]: found.map((item) => project(item, projection)) },
      UnprocessedKeys: {},
    });
  }

  /** Understands the one conditional update that writers send. */
  #updateItem(input: Input): Answer {
    const id = readId(input.Key);
    const notBefore = input.ExpressionAttributeValues?.[":notBefore"]?.N;
    const isKnown =
      input.ConditionExpression === CONDITION && UPDATES.includes(String(input.UpdateExpression));
    if (id === undefined || !isKnown || notBefore === undefined) return INVALID;
    const before = this.items.get(id);
    if (readTime(before) >= Number(notBefore)) {
      const isAsked = input.ReturnValuesOnConditionCheckFailure === "ALL_OLD";
      return exception("ConditionalCheckFailedException", 400, isAsked ? { Item: before } : {});
    }
    const after = toItem(id, notBefore, input);
    this.items.set(id, after);
    return ok(input.ReturnValues === "ALL_NEW" ? { Attributes: after } : {});
  }

  #scan({ Limit: limit = this.#pageSize, ExclusiveStartKey: after }: Input): Answer {
    const all = Array.from(this.items);
    const from = after === undefined ? 0 : all.findIndex(([id]) => id === readId(after)) + 1;
    const page = all.slice(from, from + Math.min(limit, this.#pageSize));
    const last = page.at(-1)?.[0];
    const more = from + page.length < all.length && { LastEvaluatedKey: { id: { S: last } } };
    return ok({
      Items: page.map(([, item]) => item),
      Count: page.length,
      ScannedCount: page.length,
      ...more,
    });
  }
}

function ok(body: object): Answer {
  return { status: 200, body };
}

/** What an update makes of an item: it has two attributes, and the expiry is removed or set. */
function toItem(
  id: string,
  notBefore: string,
  { ExpressionAttributeValues: values }: Input,
): Readonly<Record<string, unknown>> {
  const expiresAt = values?.[":expiresAt"];
  return { id: { S: id }, notBefore: { N: notBefore }, ...(expiresAt !== undefined && { expiresAt }) };
}

/** The partition key of a request's key; undefined where DynamoDB would refuse it. */
function readId(key: unknown): string | undefined {
  const { id, ...others } = Object(key) as { readonly id?: { readonly S?: unknown } };
  const text = id?.S;
  const isKey = typeof text === "string" && text !== "" && Object.keys(others).length === 0;
  return isKey && Buffer.byteLength(text) <= MAX_KEY_BYTES ? text : undefined;
}

/** An item's `notBefore`, in seconds since the epoch; -1 where it has none. */
function readTime(item: StoredItem | undefined): number {
  const { N: seconds = "-1" } = Object(item?.["notBefore"]) as Partial<RevocationItem["notBefore"]>;
  return Number(seconds);
}

/** The attributes that a projection names, such as `id, notBefore`; all of them without one. */
function project(item: StoredItem, projection: string | undefined): StoredItem {
  if (projection === undefined) return item;
  const names = projection.split(",").map((name) => name.trim());
  return Object.fromEntries(Object.entries(item).filter(([name]) => names.includes(name)));
}
