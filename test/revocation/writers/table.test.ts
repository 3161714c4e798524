import { describe, expect, test } from "@jest/globals";
import { FetchError } from "../../../src/http/fetch-error.ts";
import { DynamoDbError, type CallDynamoDb } from "../../../src/revocation/dynamodb.ts";
import { putInto } from "../../../src/revocation/writers/retrying-writer.ts";
import { NOW } from "./messages.ts";

const REVOCATION = {
  scope: { kind: "sub", sub: "auth0|mallory" },
  notBefore: NOW / 1000,
} as const;
const error = (type: string, status = 400): Error => new DynamoDbError("UpdateItem", type, status);

/** A writer to a table that fails in these ways, one after the other, and then takes everything. */
function writer(...failures: readonly Error[]) {
  const inputs: object[] = [];
  const waits: number[] = [];
  const call: CallDynamoDb = (_operation, input) => {
    const failure = failures[inputs.length];
    inputs.push(input);
    return failure === undefined ? Promise.resolve({ output: {}, date: undefined }) : Promise.reject(failure);
  };
  const wait = (ms: number): Promise<void> => (waits.push(ms), Promise.resolve());
  const put = putInto({ table: "revocations", call, clock: () => NOW, wait });
  return { put, inputs, waits };
}

describe("a write to the table", () => {
  test("is one call where all is well", async () => {
    const { put, inputs, waits } = writer();
    expect(await put(REVOCATION)).toBe("written");
    expect(inputs).toEqual([expect.objectContaining({ TableName: "revocations" })]);
    expect(waits).toEqual([]);
  });

  test.each([
    ["HTTP 500", 500],
    ["HTTP 503", 503],
    ["InternalServerError", 500],
    ["ThrottlingException", 400],
    ["ProvisionedThroughputExceededException", 400],
    ["RequestLimitExceeded", 400],
  ])("is tried again, twice at most, where the table answers %s", async (type, status) => {
    const passing = writer(error(type, status), error(type, status));
    await passing.put(REVOCATION);
    expect(passing.inputs).toHaveLength(3);
    expect(passing.waits).toEqual([50, 250]);
    const lasting = writer(error(type, status), error(type, status), error(type, status));
    await expect(lasting.put(REVOCATION)).rejects.toThrow(type);
    expect(lasting.inputs).toHaveLength(3);
  });

  test("is tried again where there was no answer", async () => {
    const { put, inputs } = writer(new FetchError("no complete answer within 1000 ms"));
    await put(REVOCATION);
    expect(inputs).toHaveLength(2);
  });

  test.each(["ResourceNotFoundException", "AccessDeniedException", "ExpiredTokenException", "HTTP 413"])(
    "is not tried again where the table answers %s",
    async (type) => {
      const { put, inputs } = writer(error(type));
      await expect(put(REVOCATION)).rejects.toThrow(type);
      expect(inputs).toHaveLength(1);
    },
  );

  test("is a success where the table already has it, and is not tried again", async () => {
    const { put, inputs } = writer(error("ConditionalCheckFailedException"));
    expect(await put(REVOCATION)).toBe("unchanged");
    expect(inputs).toHaveLength(1);
  });

  test.each([
    ["is empty", { kind: "sub", sub: "" }],
    ["is too long", { kind: "sub", sub: "a".repeat(1025) }],
    ["is too long in bytes", { kind: "sid", sid: "é".repeat(513) }],
    ["has half of a character", { kind: "sub", sub: "auth0|\ud800" }],
    ["has the separator of its key", { kind: "member", organizationId: "org#1", sub: "auth0|a" }],
    ["is too long with another", { kind: "member", organizationId: "o".repeat(1024), sub: "a".repeat(1017) }],
  ] as const)("is not tried where an identifier %s", async (_, scope) => {
    const { put, inputs } = writer();
    await expect(put({ ...REVOCATION, scope })).rejects.toThrow(RangeError);
    expect(inputs).toEqual([]);
  });

  test.each([
    ["as long as it may be", { kind: "sub", sub: "a".repeat(1024) }],
    ["as long as two may be", { kind: "member", organizationId: "o".repeat(1024), sub: "a".repeat(1016) }],
  ] as const)("is made where an identifier is %s", async (_, scope) => {
    const { put, inputs } = writer();
    expect(await put({ ...REVOCATION, scope })).toBe("written");
    expect(inputs).toHaveLength(1);
  });

  test.each([
    [undefined, undefined],
    [1, NOW / 1000 + 86_400],
    [3650, NOW / 1000 + 3650 * 86_400],
  ])(
    "lets a session expire only where its retention is set: %s days",
    async (sessionRetentionDays, expiry) => {
      const inputs: object[] = [];
      const call: CallDynamoDb = (_, input) => (
        inputs.push(input),
        Promise.resolve({ output: {}, date: undefined })
      );
      const wait = () => Promise.resolve();
      const put = putInto({ table: "revocations", sessionRetentionDays, call, clock: () => NOW, wait });
      await put({ scope: { kind: "sid", sid: "session-1" }, notBefore: NOW / 1000 - 60 });
      const values = (inputs[0] as { ExpressionAttributeValues: Record<string, { N: string }> })
        .ExpressionAttributeValues;
      expect(values[":expiresAt"]?.N).toBe(expiry === undefined ? undefined : String(expiry));
    },
  );
});
