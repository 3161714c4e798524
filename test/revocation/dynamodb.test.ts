import { describe, expect, test } from "@jest/globals";
import type { HttpResponse } from "../../src/http/client.ts";
import { createDynamoDb, DynamoDbError, type Operation } from "../../src/revocation/dynamodb.ts";

const ENV = { AWS_REGION: "eu-central-1", AWS_ACCESS_KEY_ID: "local", AWS_SECRET_ACCESS_KEY: "local" };

/** What becomes of an answer. */
function outcomeOf(answer: Partial<HttpResponse>, operation: Operation = "BatchGetItem"): Promise<unknown> {
  const send = (): Promise<HttpResponse> =>
    Promise.resolve({ status: 200, headers: {}, text: "{}", ...answer });
  return createDynamoDb({ env: ENV, clock: Date.now, send })(operation, {}, 1000);
}

const type = (name: string): string => JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${name}` });

describe("an answer of DynamoDB", () => {
  test("is what it says, and when it was given", async () => {
    const date = "Tue, 24 Nov 2026 15:04:05 GMT";
    expect(await outcomeOf({ text: '{"Responses":{}}', headers: { date } })).toEqual({
      output: { Responses: {} },
      date: Date.UTC(2026, 10, 24, 15, 4, 5),
    });
    expect(await outcomeOf({})).toEqual({ output: {}, date: undefined });
  });

  test.each<readonly [string, Partial<HttpResponse>, Operation]>([
    ["BatchGetItem with something that is not JSON", { text: "<html>" }, "BatchGetItem"],
    ["BatchGetItem with HTTP 503", { status: 503, text: "<html>" }, "BatchGetItem"],
    ["BatchGetItem with HTTP 500", { status: 500, text: '{"__type":"#"}' }, "BatchGetItem"],
    ["BatchGetItem with HTTP 400", { status: 400, text: '{"__type":7}' }, "BatchGetItem"],
    [
      "BatchGetItem with ThrottlingException",
      { status: 400, text: type("ThrottlingException") },
      "BatchGetItem",
    ],
    [
      "BatchGetItem with ResourceNotFoundException: there is no such table in this region and account",
      { status: 400, text: type("ResourceNotFoundException") },
      "BatchGetItem",
    ],
    [
      "BatchGetItem with InvalidSignatureException: AWS_SECRET_ACCESS_KEY is wrong, or the clock of this machine is",
      { status: 400, text: type("InvalidSignatureException") },
      "BatchGetItem",
    ],
    [
      "UpdateItem with AccessDeniedException: the role lacks dynamodb:UpdateItem on the table",
      { status: 400, text: type("AccessDeniedException") },
      "UpdateItem",
    ],
  ])("is an error: %s", async (message, answer, operation) => {
    const error = await outcomeOf(answer, operation).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(DynamoDbError);
    expect((error as DynamoDbError).message).toBe(`DynamoDB answered ${message}`);
    expect((error as DynamoDbError).status).toBe(answer.status ?? 200);
  });
});
