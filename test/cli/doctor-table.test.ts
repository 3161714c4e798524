import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { startRevocationTable, type RevocationTable } from "../../src/testing/revocation-table.ts";
import { startTenant, type Tenant } from "../../src/testing/tenant.ts";
import { run } from "./command.ts";

let tenant: Tenant;
let table: RevocationTable;
beforeEach(async () => {
  [tenant, table] = await Promise.all([startTenant(), startRevocationTable()]);
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
  test("nothing where there is none", async () => {
    expect(await found({ REVOCATION_TABLE: "" })).toEqual([]);
  });

  test("how many entries it has", async () => {
    table.revoke({ kind: "sub", value: "auth0|alice" });
    expect(await found()).toEqual([
      { check: "table", status: "ok", what: "revocations can be read; entries: 1" },
    ]);
  });

  test("that it cannot be read, and what that means", async () => {
    table.fail({ exception: "AccessDeniedException" });
    const what = expect.stringContaining("the role lacks dynamodb:Query");
    expect(await found()).toMatchObject(
      [{ status: "problem", what, advice: /^Nobody gets in/ }].map(matching),
    );
    expect(await found({ REVOCATION_UNAVAILABLE: "allow" })).toMatchObject(
      [{ status: "problem", what, advice: /^Whoever is revoked gets in/ }].map(matching),
    );
  });

  test("that nobody said where it is, or who asks", async () => {
    for (const missing of ["AWS_REGION", "AWS_ACCESS_KEY_ID"])
      expect((await found({ [missing]: undefined }))[0]?.what).toContain(missing);
  });

  test("what in it has no effect", async () => {
    table.items.push({});
    expect(await found()).toMatchObject([
      { status: "ok" },
      { status: "warning", what: "revocations: 0 too many, 1 malformed" },
    ]);
  });
});

function matching({ advice, ...rest }: { readonly advice: RegExp }): object {
  return { ...rest, advice: expect.stringMatching(advice) };
}
