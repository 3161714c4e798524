import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import dynalite from "dynalite";
import type { AddressInfo } from "node:net";
import { send } from "../../src/remote/fetch.ts";
import {
  dynamoDb,
  signedRequest,
  type CallDynamoDb,
  type Operation,
} from "../../src/revocations/dynamodb.ts";
import { itemOf } from "../../src/revocations/item.ts";
import { TableReader } from "../../src/revocations/table-reader.ts";
import { startRevocationTable } from "../../src/testing/revocation-table.ts";

const HOUR = Date.UTC(2026, 10, 24, 15);
const TABLE = "revocations";
const PAGE = 3;

interface Implementation {
  readonly env: Record<string, string>;
  /** How many items an answer has; undefined where only its size counts. */
  readonly pageSize: number | undefined;
  close(): Promise<void>;
}

async function ours(): Promise<Implementation> {
  const table = await startRevocationTable({ name: TABLE, pageSize: PAGE });
  return { env: table.environment, pageSize: PAGE, close: () => table.close() };
}

/** An imitation of DynamoDB that knows nothing of ours. */
async function theirs(): Promise<Implementation> {
  const server = dynalite({ createTableMs: 0 });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const env = {
    ...{ AWS_ENDPOINT_URL_DYNAMODB: endpoint, AWS_REGION: "eu-central-1" },
    ...{ AWS_ACCESS_KEY_ID: "local", AWS_SECRET_ACCESS_KEY: "local" },
  };
  const create = {
    TableName: TABLE,
    BillingMode: "PAY_PER_REQUEST",
    AttributeDefinitions: ["pk", "sk"].map((AttributeName) => ({ AttributeName, AttributeType: "S" })),
    KeySchema: [
      { AttributeName: "pk", KeyType: "HASH" },
      { AttributeName: "sk", KeyType: "RANGE" },
    ],
  };
  const call = dynamoDb({ env, clock: Date.now, send });
  await call("CreateTable" as Operation, create, 5000);
  await new Promise((resolve) => setTimeout(resolve, 50));
  const close = (): Promise<void> => new Promise((resolve) => server.close(() => resolve()));
  return { env, pageSize: undefined, close };
}

function query(from: string, more: object = {}): object {
  return {
    TableName: TABLE,
    KeyConditionExpression: "pk = :pk AND sk >= :sk",
    ExpressionAttributeValues: { ":pk": { S: "r" }, ":sk": { S: from } },
    ...more,
  };
}

interface Page {
  readonly Items: readonly { readonly value: { readonly S: string } }[];
  readonly Count: number;
  readonly LastEvaluatedKey?: object;
}

describe.each([
  ["ours", ours],
  ["an independent one", theirs],
])("a table of revocations: %s", (_, start) => {
  let table: Implementation;
  let call: CallDynamoDb;
  beforeAll(async () => {
    table = await start();
    call = dynamoDb({ env: table.env, clock: Date.now, send });
    // Out of order, and one of them twice.
    for (const at of [4, 0, 2, 1, 3, 3, 5])
      await call("PutItem", { TableName: TABLE, Item: itemAt(at) }, 5000);
  });
  afterAll(() => table.close());

  const itemAt = (at: number): object =>
    itemOf(
      { kind: "sub", value: `user-${at}`, issuer: "*", notBefore: HOUR / 1000 },
      { writtenAt: HOUR + at * 1000, retentionHours: 24 },
    );
  const read = async (input: object): Promise<Page> => (await call("Query", input, 5000)).output as Page;
  const usersOf = ({ Items }: Page): string[] => Items.map(({ value }) => value.S);
  const limit = (): object => (table.pageSize === undefined ? { Limit: PAGE } : {});

  test("gives the items of a time and later, each once, in order", async () => {
    const page = await read(query("2026-11-24T15:00:03.000Z"));
    expect(usersOf(page)).toEqual(["user-3", "user-4", "user-5"]);
    expect(page.Items[0]).toEqual(itemAt(3));
    expect(page.Count).toBe(3);
  });

  test("gives the rest after LastEvaluatedKey", async () => {
    const first = await read(query("2026-11-24T15:00:01.000Z", limit()));
    expect(usersOf(first)).toEqual(["user-1", "user-2", "user-3"]);
    const { pk, sk } = itemAt(3) as { pk: object; sk: object };
    expect(first.LastEvaluatedKey).toEqual({ pk, sk });
    const after = { ...limit(), ExclusiveStartKey: first.LastEvaluatedKey };
    const second = await read(query("2026-11-24T15:00:01.000Z", after));
    expect(usersOf(second)).toEqual(["user-4", "user-5"]);
    expect(second.LastEvaluatedKey).toBeUndefined();
  });

  test("gives its reader every revocation", async () => {
    const clock = (): number => HOUR + 10_000;
    const loss: string[] = [];
    const reader = new TableReader({
      ...{ table: TABLE, issuers: [], retentionHours: 24, env: table.env, clock, send },
      onLoss: (_count, detail) => loss.push(detail),
    });
    expect((await reader.read(5000)).size).toBe(6);
    expect(loss).toEqual([]);
  });

  test("gives nothing where nothing is new", async () => {
    const page = await read(query("2026-11-24T16:00:00.000Z"));
    expect(page).toMatchObject({ Items: [], Count: 0 });
    expect(page.LastEvaluatedKey).toBeUndefined();
  });

  test.each<readonly [string, Operation, () => object, string]>([
    [
      "another table",
      "Query",
      () => ({ ...query("2026"), TableName: "others" }),
      "ResourceNotFoundException",
    ],
    [
      "an item without a sort key",
      "PutItem",
      () => ({ TableName: TABLE, Item: { pk: { S: "r" } } }),
      "ValidationException",
    ],
    ["another operation", "Nothing" as Operation, () => ({}), "UnknownOperationException"],
    [
      "a page that begins before the first",
      "Query",
      () => query("2026-11-24T15:00:03.000Z", { ExclusiveStartKey: keyAt(1) }),
      "ValidationException",
    ],
  ])("refuses %s", async (_name, operation, input, type) => {
    await expect(call(operation, input(), 5000)).rejects.toMatchObject({ name: "DynamoDbError", type });
  });

  const keyAt = (at: number): object => {
    const { pk, sk } = itemAt(at) as { pk: object; sk: object };
    return { pk, sk };
  };

  test("refuses a request that is not signed", async () => {
    const { url, headers, body } = signedRequest("Query", "{}", { env: table.env, clock: Date.now });
    const unsigned = Object.fromEntries(Object.entries(headers).filter(([name]) => name !== "Authorization"));
    const response = await send({ url, headers: unsigned, body, maxBytes: 10_000 }, 5000);
    expect(response.status).toBe(400);
    expect(response.text).toContain("MissingAuthenticationTokenException");
  });
});
