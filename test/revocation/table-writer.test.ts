import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { send } from "../../src/http/client.ts";
import { createDynamoDb } from "../../src/revocation/dynamodb.ts";
import type { RevocationScope } from "../../src/revocation/revocation.ts";
import { writeRevocation, type WriteResult } from "../../src/revocation/table-writer.ts";
import { startRevocationTable, type RevocationTable } from "../../src/testing/revocation-table.ts";

const SECONDS = 1_800_000_000;
const clock = (): number => SECONDS * 1000;
const ALICE = { kind: "sub", sub: "auth0|alice" } as const;
const KEY = "sub#auth0|alice";

let table: RevocationTable;
beforeEach(async () => {
  table = await startRevocationTable({ clock });
});
afterEach(() => table.close());

function write(
  notBefore: number,
  scope: RevocationScope = ALICE,
  sessionRetentionDays?: number,
): Promise<WriteResult> {
  const call = createDynamoDb({ env: table.environment, clock, send });
  return writeRevocation({ scope, notBefore }, { table: table.name, call, clock, sessionRetentionDays });
}

test("a revocation is written under the key of its scope, for as long as tokens live", async () => {
  expect(await write(SECONDS - 60)).toBe("written");
  expect(table.items.get(KEY)).toEqual({
    id: { S: KEY },
    notBefore: { N: String(SECONDS - 60) },
    expiresAt: { N: String(SECONDS + 31 * 86_400) },
  });
});

test("its time is only ever raised", async () => {
  const written: [number, WriteResult][] = [];
  for (const time of [SECONDS - 60, SECONDS - 60, SECONDS - 61, SECONDS - 59])
    written.push([time - SECONDS, await write(time)]);
  expect(written).toEqual([
    [-60, "written"],
    [-60, "unchanged"],
    [-61, "unchanged"],
    [-59, "written"],
  ]);
  expect(table.items.get(KEY)).toMatchObject({ notBefore: { N: String(SECONDS - 59) } });
});

test("each scope has a key of its own, which no other hides", async () => {
  await write(SECONDS - 1);
  await write(SECONDS, { kind: "member", organizationId: "org_1", sub: ALICE.sub });
  expect(table.items.get(KEY)).toMatchObject({ notBefore: { N: String(SECONDS - 1) } });
  expect(table.items.get(`member#org_1#${ALICE.sub}`)).toMatchObject({ notBefore: { N: String(SECONDS) } });
});

test.each([
  [undefined, undefined],
  [7, { N: String(SECONDS + 7 * 86_400) }],
])("a session that is kept for %s days expires accordingly", async (days, expiresAt) => {
  await write(SECONDS - 60, { kind: "sid", sid: "s-1" }, days);
  expect(table.items.get("sid#s-1")?.["expiresAt"]).toEqual(expiresAt);
});

test("a session that is revoked again without a retention never expires, whatever its item had before", async () => {
  const session = { kind: "sid", sid: "s-1" } as const;
  await write(SECONDS - 60, session, 7);
  expect(await write(SECONDS - 59, session)).toBe("written");
  expect(table.items.get("sid#s-1")).toEqual({
    id: { S: "sid#s-1" },
    notBefore: { N: String(SECONDS - 59) },
  });
});

test.each([
  ["missing", { exception: "ResourceNotFoundException" }, /no such table/],
  ["closed to the writer", { exception: "AccessDeniedException" }, /the role lacks dynamodb:UpdateItem/],
])("a table that is %s is an error", async (_, outage, message) => {
  table.fail(outage);
  await expect(write(SECONDS)).rejects.toThrow(message);
});

test.each([-1, 0.5, NaN])("the time %d can never be stored, and nothing is asked", async (notBefore) => {
  await expect(write(notBefore)).rejects.toThrow(RangeError);
  expect(table.writes).toBe(0);
});
