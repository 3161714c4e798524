import { beforeEach, describe, expect, test } from "@jest/globals";
import type { HttpRequest, HttpResponse } from "../../src/remote/fetch.ts";
import { itemOf } from "../../src/revocations/item.ts";
import { TableReader } from "../../src/revocations/table-reader.ts";

const ENV = { AWS_REGION: "eu-central-1", AWS_ACCESS_KEY_ID: "local", AWS_SECRET_ACCESS_KEY: "local" };
const START = Date.UTC(2026, 10, 24, 15);
const SECOND = 1000;
const HOUR = 3600 * SECOND;
const LAST_KEY = { pk: { S: "r" }, sk: { S: "2026-11-24T15:00:00.000Z#x" } };

/** By the clock here, which AWS's follows unless told otherwise. */
let now: number;
let ahead: number;
/** What DynamoDB is asked, and how long it may take. */
let asked: { readonly query: Readonly<Record<string, unknown>>; readonly timeoutMs: number }[];
/** What it answers, one after the other; then empty pages. */
let pages: (object | Error)[];
let losses: [number, string][];

beforeEach(() => {
  now = START;
  ahead = 0;
  asked = [];
  pages = [];
  losses = [];
});

function send({ body = "" }: HttpRequest, timeoutMs: number): Promise<HttpResponse> {
  asked.push({ query: JSON.parse(body) as Readonly<Record<string, unknown>>, timeoutMs });
  const page = pages.shift() ?? { Items: [] };
  if (page instanceof Error) return Promise.reject(page);
  const headers = { date: new Date(now + ahead).toUTCString() };
  return Promise.resolve({ status: 200, headers, text: JSON.stringify(page) });
}

function reader(): TableReader {
  return new TableReader({
    ...{ table: "revocations", issuers: [], retentionHours: 24, env: ENV, clock: () => now, send },
    onLoss: (count, detail) => losses.push([count, detail]),
  });
}

function revoked(user: string, writtenAt = now): object {
  const notBefore = Math.floor(writtenAt / 1000);
  return itemOf({ kind: "sub", value: user, issuer: "*", notBefore }, { writtenAt, retentionHours: 24 });
}

const beginnings = (): unknown[] =>
  asked.map(({ query }) => (query["ExpressionAttributeValues"] as { ":sk": { S: string } })[":sk"].S);

describe("a reading", () => {
  test("asks for what is looked at alone, of one partition", async () => {
    await reader().read(3000);
    expect(asked).toEqual([
      {
        query: {
          TableName: "revocations",
          KeyConditionExpression: "pk = :pk AND sk >= :sk",
          ExpressionAttributeValues: { ":pk": { S: "r" }, ":sk": { S: "2026-11-23T14:50:00.000Z" } },
          ProjectionExpression: "sk, kind, #value, issuer, notBefore",
          ExpressionAttributeNames: { "#value": "value" },
        },
        timeoutMs: 1500,
      },
    ]);
  });

  test("begins a minute before the last one began, by AWS's clock, and never before an earlier one", async () => {
    const table = reader();
    ahead = 5 * SECOND;
    await table.read(3000);
    ahead = -HOUR;
    await table.read(3000);
    await table.read(3000);
    expect(beginnings().slice(1)).toEqual(["2026-11-24T14:59:05.000Z", "2026-11-24T14:59:05.000Z"]);
  });

  test("goes on from page to page, and counts from its first", async () => {
    const table = reader();
    pages = [{ Items: [revoked("a")], LastEvaluatedKey: LAST_KEY }, { Items: [revoked("b")] }];
    expect((await table.read(3000)).size).toBe(2);
    expect(asked[1]?.query).toMatchObject({ ExclusiveStartKey: LAST_KEY });
    await table.read(3000);
    expect(beginnings()[2]).toBe("2026-11-24T14:59:00.000Z");
  });

  test("that fails on its way has had its effect, and the next one takes it up", async () => {
    const table = reader();
    pages = [{ Items: [revoked("a")], LastEvaluatedKey: LAST_KEY }, new Error("broken"), { Items: [] }];
    await expect(table.read(3000)).rejects.toThrow("broken");
    now += 10 * SECOND;
    expect((await table.read(3000)).size).toBe(1);
    expect(asked[2]?.query).toMatchObject({ ExclusiveStartKey: LAST_KEY });
    await table.read(3000);
    expect(beginnings()[3]).toBe("2026-11-24T14:59:00.000Z");
    expect(asked[3]?.query).not.toHaveProperty("ExclusiveStartKey");
  });

  test("has as much time as is left, and a second and a half for a page", async () => {
    const table = reader();
    pages = [{ Items: [], LastEvaluatedKey: LAST_KEY }];
    await table.read(1000);
    expect(asked.map(({ timeoutMs }) => timeoutMs)).toEqual([1000, 1000]);
    await expect(table.read(0)).rejects.toThrow("the table is too long, or too slow, to be read at once");
    expect(asked).toHaveLength(2);
  });

  test("takes fifty pages and no more", async () => {
    const endless = (count: number): object[] =>
      Array.from({ length: count }, () => ({ Items: [], LastEvaluatedKey: LAST_KEY }));
    pages = endless(49);
    await reader().read(3000);
    expect(asked).toHaveLength(50);
    pages = endless(100);
    await expect(reader().read(3000)).rejects.toThrow("more than 50 pages at once");
    expect(asked).toHaveLength(100);
  });

  test.each([
    ["nothing", {}],
    ["items that are no list", { Items: "none" }],
    ["a key that is none", { Items: [], LastEvaluatedKey: null }],
    ["a key that is a text", { Items: [], LastEvaluatedKey: "x" }],
  ])("of %s is an error", async (_, page) => {
    pages = [page];
    await expect(reader().read(3000)).rejects.toThrow("something that is no page of items");
  });
});

test("what is none is left out and counted, even where the reading fails", async () => {
  pages = [
    { Items: [{}, revoked("a"), { sk: 7 }], LastEvaluatedKey: LAST_KEY },
    new Error("broken"),
    { Items: [revoked("b")] },
  ];
  const table = reader();
  await expect(table.read(3000)).rejects.toThrow("broken");
  expect(losses).toEqual([[2, "0 too many, 2 malformed"]]);
  expect((await table.read(3000)).size).toBe(2);
  expect(losses).toHaveLength(1);
});

test("what ends no token any more is forgotten, once an hour", async () => {
  const table = reader();
  pages = [{ Items: [revoked("early", START - 24 * HOUR), revoked("late", START - 23 * HOUR)] }];
  expect((await table.read(3000)).size).toBe(2);
  const sizeAfter = async (hours: number): Promise<number> => {
    now = START + hours * HOUR;
    return (await table.read(3000)).size;
  };
  expect(await sizeAfter(0.9)).toBe(2);
  expect(await sizeAfter(1)).toBe(1);
  expect(await sizeAfter(1.9)).toBe(1);
  expect(await sizeAfter(2)).toBe(0);
});
