import { describe, expect, test } from "@jest/globals";
import { FetchError } from "../../src/remote/fetch-error.ts";
import { DynamoDbError, type CallDynamoDb } from "../../src/revocations/dynamodb.ts";
import { putInto } from "../../src/writers/table.ts";
import { NOW } from "./messages.ts";

const REVOCATION = { kind: "sub", value: "auth0|mallory", issuer: "*", notBefore: NOW / 1000 } as const;
const error = (type: string): Error => new DynamoDbError("PutItem", type);

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
  const put = putInto({ table: "revocations", retentionHours: 24, call, clock: () => NOW, wait });
  return { put, inputs, waits };
}

describe("a write to the table", () => {
  test("is one call where all is well", async () => {
    const { put, inputs, waits } = writer();
    await put(REVOCATION);
    expect(inputs).toEqual([expect.objectContaining({ TableName: "revocations" })]);
    expect(waits).toEqual([]);
  });

  test.each([
    ["HTTP 500"],
    ["HTTP 503"],
    ["InternalServerError"],
    ["ThrottlingException"],
    ["ProvisionedThroughputExceededException"],
    ["RequestLimitExceeded"],
  ])("is tried again, twice at most, where the table answers %s", async (type) => {
    const passing = writer(error(type), error(type));
    await passing.put(REVOCATION);
    expect(passing.inputs).toHaveLength(3);
    expect(passing.waits).toEqual([50, 250]);
    const lasting = writer(error(type), error(type), error(type));
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

  test("is not tried where the item would be none", async () => {
    const { put, inputs } = writer();
    await expect(put({ ...REVOCATION, value: "" })).rejects.toThrow(RangeError);
    expect(inputs).toEqual([]);
  });
});
