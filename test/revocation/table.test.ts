import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import dynalite from "dynalite";
import type { AddressInfo } from "node:net";
import { send } from "../../src/http/client.ts";
import { isNoAnswer, readKeys, type Listed } from "../../src/revocation/batch-get.ts";
import {
  createDynamoDb,
  signedRequest,
  type CallDynamoDb,
  type Operation,
} from "../../src/revocation/dynamodb.ts";
import { toKey } from "../../src/revocation/item.ts";
import { writeRevocation } from "../../src/revocation/table-writer.ts";
import { startRevocationTable } from "../../src/testing/revocation-table.ts";

const TABLE = "revocations";
const SECOND = 1_800_000_000;

interface Implementation {
  readonly env: Record<string, string>;
  close(): Promise<void>;
}

async function ours(): Promise<Implementation> {
  const table = await startRevocationTable({ name: TABLE });
  return { env: table.environment, close: () => table.close() };
}

/** A fake of DynamoDB by other authors. */
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
    AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
    KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
  };
  const call = createDynamoDb({ env, clock: Date.now, send });
  await call("CreateTable" as Operation, create, 5000);
  const isActive = async (): Promise<boolean> => {
    const { output } = await call("DescribeTable", { TableName: TABLE }, 5000);
    return (output as { Table: { TableStatus: string } }).Table.TableStatus === "ACTIVE";
  };
  while (!(await isActive())) await new Promise((resolve) => setTimeout(resolve, 5));
  const close = (): Promise<void> => new Promise((resolve) => server.close(() => resolve()));
  return { env, close };
}

describe.each([
  ["ours", ours],
  ["an independent one", theirs],
])("a table of revocations: %s", (_, start) => {
  let table: Implementation;
  let call: CallDynamoDb;
  beforeAll(async () => {
    table = await start();
    call = createDynamoDb({ env: table.env, clock: Date.now, send });
  });
  afterAll(() => table.close());

  const write = (sub: string, notBefore: number): Promise<string> =>
    writeRevocation(
      { scope: { kind: "sub", sub }, notBefore },
      { table: TABLE, call, clock: () => SECOND * 1000 },
    );
  async function read(...keys: readonly string[]): Promise<(Listed | undefined)[]> {
    const found = new Map<string, Listed | undefined>();
    const calls = { table: TABLE, kept: withoutLimit(call), fresh: withoutLimit(call) };
    await readKeys(keys, calls, (key, listed) => void found.set(key, listed));
    return keys.map((key) => found.get(key));
  }

  test("says of each key what stands there", async () => {
    await write("auth0|alice", SECOND);
    const keys = ["auth0|bob", "auth0|alice", "x".repeat(1024)].map((sub) => toKey({ kind: "sub", sub }));
    expect(await read(...keys)).toEqual([undefined, SECOND, undefined]);
  });

  test("raises a time, and never lowers it", async () => {
    expect(await write("auth0|carol", SECOND)).toBe("written");
    expect(await write("auth0|carol", SECOND - 1)).toBe("unchanged");
    expect(await write("auth0|carol", SECOND)).toBe("unchanged");
    expect(await write("auth0|carol", SECOND + 1)).toBe("written");
    expect(await read("sub#auth0|carol")).toEqual([SECOND + 1]);
  });

  test.each<readonly [string, readonly string[]]>([
    ["one key twice", ["sub#a", "sub#a"]],
    ["a key of more than 2,048 bytes", ["x".repeat(2049)]],
    ["more than 100 keys", Array.from({ length: 101 }, (_key, index) => `sub#${index}`)],
  ])("refuses the whole request for %s, which is an answer", async (_name, keys) => {
    const error = await read(...keys).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ type: "ValidationException" });
    expect(isNoAnswer(error)).toBe(false);
  });

  test.each<readonly [string, Operation, object, string]>([
    [
      "another table",
      "BatchGetItem",
      { RequestItems: { others: { Keys: [{ id: { S: "a" } }] } } },
      "ResourceNotFoundException",
    ],
    ["no keys", "BatchGetItem", { RequestItems: { revocations: { Keys: [] } } }, "ValidationException"],
    [
      "a key of another schema",
      "BatchGetItem",
      { RequestItems: { revocations: { Keys: [{ pk: { S: "a" } }] } } },
      "ValidationException",
    ],
    ["another operation", "Nothing" as Operation, {}, "UnknownOperationException"],
  ])("refuses %s", async (_name, operation, input, type) => {
    await expect(call(operation, input, 5000)).rejects.toMatchObject({ name: "DynamoDbError", type });
  });

  test("refuses a request that is not signed", async () => {
    const { url, headers, body } = signedRequest("BatchGetItem", "{}", { env: table.env, clock: Date.now });
    const unsigned = Object.fromEntries(Object.entries(headers).filter(([name]) => name !== "Authorization"));
    const response = await send({ url, headers: unsigned, body, maxBytes: 10_000 }, 5000);
    expect(response.status).toBe(400);
    expect(response.text).toContain("MissingAuthenticationTokenException");
  });
});

/** A machine may be slow here. */
function withoutLimit(call: CallDynamoDb): CallDynamoDb {
  return (operation, input) => call(operation, input, 60_000);
}
