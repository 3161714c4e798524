import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { send } from "../../src/remote/fetch.ts";
import { dynamoDb } from "../../src/revocations/dynamodb.ts";
import { revocationOf } from "../../src/revocations/item.ts";
import { writeRevocation } from "../../src/revocations/table-writer.ts";
import { startRevocationTable, type RevocationTable } from "../../src/testing/revocation-table.ts";
import { SECOND } from "./world.ts";

const SECONDS = Math.floor(Date.now() / 1000);
const REVOCATION = { kind: "sub", value: "auth0|alice", issuer: "*", notBefore: SECONDS - 60 } as const;

let table: RevocationTable;
beforeEach(async () => {
  table = await startRevocationTable();
});
afterEach(() => table.close());

/** @param skew how far the writer's clock is ahead, in milliseconds */
function write(notBefore = REVOCATION.notBefore, skew = 0): Promise<void> {
  const clock = (): number => Date.now() + skew;
  const call = dynamoDb({ env: table.environment, clock, send });
  return writeRevocation(
    { ...REVOCATION, notBefore },
    { table: table.name, retentionHours: 24, call, clock },
  );
}

test("a revocation is written as a reader reads it", async () => {
  await write();
  expect(table.items.map(revocationOf)).toMatchObject([REVOCATION]);
});

test("a time that has not come yet is refused, and nothing is written", async () => {
  await expect(write(SECONDS + 60)).rejects.toThrow("its time is in the future");
  expect(table.writes).toBe(0);
});

test.each([
  ["missing", { exception: "ResourceNotFoundException" }, /no such table/],
  ["closed to the writer", { exception: "AccessDeniedException" }, /the role lacks dynamodb:PutItem/],
])("a table that is %s is an error", async (_, outage, message) => {
  table.fail(outage);
  await expect(write()).rejects.toThrow(message);
});

test.each([29 * SECOND, -29 * SECOND])("a clock that is %i ms off will do", async (skew) => {
  await expect(write(SECONDS - 60, skew)).resolves.toBeUndefined();
});

test.each([33 * SECOND, -33 * SECOND])(
  "a clock that is %i ms off is an error: readers may not look there",
  async (skew) => {
    await expect(write(SECONDS - 60, skew)).rejects.toThrow(/clock is -?3\d seconds off AWS's/);
  },
);
