import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { startRevocationTable, type RevocationTable } from "../../src/testing/revocation-table.ts";
import { startFakeTenant, type FakeTenant } from "../../src/testing/tenant.ts";
import { run } from "./command.ts";

let tenant: FakeTenant;
let table: RevocationTable;
beforeEach(async () => {
  [tenant, table] = await Promise.all([startFakeTenant(), startRevocationTable()]);
});
afterEach(() => Promise.all([tenant.close(), table.close()]));

interface Finding {
  readonly check: string;
  readonly status: string;
  readonly what: string;
  readonly advice?: string;
}

/** What the doctor says of the table. */
async function found(changes: NodeJS.ProcessEnv = {}): Promise<readonly Finding[]> {
  const env = {
    ...{ AUTH0_DOMAIN: tenant.issuer, AUTH0_CLIENT_IDS: "test-application", REVOCATION_TABLE: table.name },
    ...table.environment,
    ...changes,
  };
  const { output } = await run(["doctor", "--json"], { env });
  const { findings } = JSON.parse(output) as { findings: readonly Finding[] };
  return findings.filter(({ check }) => check === "table");
}

describe("of the table of revocations the doctor says", () => {
  test("nothing without a table", async () => {
    expect(await found({ REVOCATION_TABLE: "" })).toEqual([]);
  });

  test("that it can be read, how old it is, and by which attribute it expires items", async () => {
    table.stored.description = { ...table.stored.description, CreationDateTime: 1_700_000_000 };
    expect(await found()).toEqual([
      { check: "table", status: "ok", what: "revocations can be read" },
      { check: "table", status: "ok", what: "revocations was created at 2023-11-14T22:13:20Z" },
      { check: "table", status: "ok", what: "revocations expires items by expiresAt" },
    ]);
  });

  test("that it is young, so that it may have replaced another", async () => {
    expect(await found()).toMatchObject([
      { status: "ok" },
      { status: "warning", what: expect.stringMatching(/^revocations was created at 20/) },
      { status: "ok" },
    ]);
  });

  const SCHEMA = [{ AttributeName: "id", KeyType: "HASH" }];
  test.each([
    ["a sort key", { KeySchema: [...SCHEMA, { AttributeName: "sk", KeyType: "RANGE" }] }],
    ["another key", { KeySchema: [{ AttributeName: "pk", KeyType: "HASH" }] }],
    ["a key of bytes", { AttributeDefinitions: [{ AttributeName: "id", AttributeType: "B" }] }],
    ["no schema", { KeySchema: undefined }],
  ])("that its schema is wrong: %s", async (_, change) => {
    table.stored.description = { ...table.stored.description, ...change };
    expect(await found()).toContainEqual(
      expect.objectContaining({ status: "error", what: "revocations: wrong key schema" }),
    );
  });

  test("that it is not protected, and how it expires items", async () => {
    table.stored.description = { ...table.stored.description, DeletionProtectionEnabled: false };
    table.stored.timeToLive = { TimeToLiveStatus: "DISABLED" };
    expect((await found()).slice(2)).toMatchObject([
      { status: "warning", what: "revocations has no deletion protection" },
      { status: "warning", what: "revocations never expires items" },
    ]);
    table.stored.timeToLive = { TimeToLiveStatus: "ENABLED", AttributeName: "notBefore" };
    expect((await found()).at(-1)).toMatchObject({ status: "error" });
  });

  test("that it cannot be read, and what that means", async () => {
    table.fail({ exception: "AccessDeniedException" });
    const what = expect.stringContaining(
      "need the permissions dynamodb:BatchGetItem on the table revocations",
    );
    expect(await found()).toMatchObject([{ status: "error", what, advice: expect.stringContaining("500") }]);
    expect(await found({ REVOCATION_ON_FAILURE: "allow" })).toMatchObject([
      { status: "error", what, advice: expect.stringContaining("it accepts revoked tokens") },
    ]);
  });

  test.each([
    ["ResourceNotFoundException", "there is no table revocations in eu-central-1, in this account"],
    ["ValidationException", "wrong key schema"],
    ["ExpiredTokenException", "AWS does not accept these credentials (ExpiredTokenException)"],
    ["InvalidSignatureException", "the secret of these credentials or this machine's clock may be wrong"],
    ["ThrottlingException", "too many requests at once. Try again in a minute."],
  ])("what the command revoke would say of %s", async (exception, words) => {
    table.fail({ exception });
    expect(await found()).toMatchObject([{ status: "error", what: expect.stringContaining(words) }]);
  });

  test("that the environment does not say where it is, or who asks", async () => {
    for (const missing of ["AWS_REGION", "AWS_ACCESS_KEY_ID"])
      expect((await found({ [missing]: undefined }))[0]?.what).toContain(missing);
  });
});
