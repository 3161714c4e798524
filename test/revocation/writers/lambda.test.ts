import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import { build } from "esbuild";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { startRevocationTable, type RevocationTable } from "../../../src/testing/revocation-table.ts";
import { startFakeTenant, type FakeTenant } from "../../../src/testing/tenant.ts";
import { signJwt } from "../../../src/testing/signing-key.ts";
import { storedFiles } from "../../infra/zip-entries.ts";
import { changed, LOGOUT_TOKEN } from "../../tokens.ts";
import { streamEvent } from "./messages.ts";

let tenant: FakeTenant;
let table: RevocationTable;
let env: NodeJS.ProcessEnv;
beforeAll(async () => {
  tenant = await startFakeTenant();
});
beforeEach(async () => {
  table = await startRevocationTable();
  env = { ...table.environment, REVOCATION_TABLE: table.name };
});
afterEach(() => table.close());
afterAll(() => tenant.close());

const CALL = `
  require(process.argv[1]).handler(JSON.parse(process.argv[2]))
    .then((response) => console.log(JSON.stringify({ response: response ?? null })))
    .catch(({ message }) => console.log(JSON.stringify({ message })));
`;

/** The lines that a function's bundle writes, the last of which is what it answers, as Lambda would run it. */
async function called(bundle: string, event: unknown, env: NodeJS.ProcessEnv): Promise<object[]> {
  const args = ["-e", CALL, `${process.cwd()}/dist/${bundle}.cjs`, JSON.stringify(event)];
  const { stdout } = await promisify(execFile)(process.execPath, args, { env });
  return stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as object);
}

describe("the function revoke-on-event", () => {
  test("writes into the table of its environment", async () => {
    const event = streamEvent("user.deleted", {}, { time: "2026-01-01T12:00:00.500Z" });
    const lines = await called("revoke-on-event", event, {
      ...env,
      AWS_LAMBDA_FUNCTION_NAME: "writer",
    });
    expect(lines).toEqual([
      expect.objectContaining({ event: "revocation_written", function: "writer", type: "user.deleted" }),
      { response: null },
    ]);
    expect(table.items.get("sub#auth0|mallory")).toMatchObject({
      notBefore: { N: String(Date.UTC(2026, 0, 1, 12, 1) / 1000) },
    });
  });

  test("fails where the table does, so that Lambda calls it again", async () => {
    table.fail({ exception: "InternalServerError", status: 500 });
    const event = streamEvent("user.deleted", {}, { time: "2026-01-01T12:00:00Z" });
    expect(await called("revoke-on-event", event, env)).toEqual([
      expect.objectContaining({ event: "revocation_not_written" }),
      { message: "DynamoDB answered UpdateItem with InternalServerError" },
    ]);
    expect(table.items.size).toBe(0);
  });

  test("does not start without a table", async () => {
    await expect(called("revoke-on-event", {}, {})).rejects.toThrow("REVOCATION_TABLE is required");
  });
});

describe("the function back-channel-logout", () => {
  test("verifies the token by the tenant's keys, and writes into the table", async () => {
    const now = Math.floor(Date.now() / 1000);
    const { kid } = tenant.currentKey;
    const claims = changed(LOGOUT_TOKEN, { iss: tenant.issuer, iat: now, exp: now + 120 });
    const token = signJwt({ alg: "RS256", typ: "JWT", kid }, claims, tenant.currentKey);
    const event = {
      version: "2.0",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      requestContext: { http: { method: "POST" } },
      body: Buffer.from(`logout_token=${token}`).toString("base64"),
      isBase64Encoded: true,
    };
    const tenantSettings = { AUTH0_DOMAIN: tenant.issuer, AUTH0_CLIENT_IDS: "WebApp" };
    expect(await called("back-channel-logout", event, { ...env, ...tenantSettings })).toEqual([
      expect.objectContaining({ event: "revocation_written", type: "logout_token" }),
      { response: { statusCode: 200, headers: { "Cache-Control": "no-store" }, body: "" } },
    ]);
    expect(table.items.get("sid#session-1")).toEqual({
      id: { S: "sid#session-1" },
      notBefore: { N: String(now) },
    });
  });
});

test.each(["revoke-on-event", "back-channel-logout"])(
  "%s carries nothing that it does not need",
  async (name) => {
    const { metafile } = await build({
      entryPoints: [`src/revocation/writers/lambda/${name}.ts`],
      bundle: true,
      write: false,
      metafile: true,
      minify: true,
      platform: "node",
      mainFields: ["module", "main"],
      logLevel: "silent",
    });
    const foreign =
      /^(?!src\/|node_modules\/aws4\/|node_modules\/aws-jwt-verify\/)|^src\/(cli|cdk|reader|serverless|template|testing)\//;
    expect(Object.keys(metafile.inputs).filter((path) => foreign.test(path))).toEqual([]);
  },
);

test("the zip of the writers has a file for each, and the licence", () => {
  const files = storedFiles(readFileSync("dist/revocation-writers.zip"));
  expect(files.map(({ name }) => name)).toEqual([
    ...["revoke-on-event.cjs", "back-channel-logout.cjs"],
    ...["LICENSE", "NOTICE"],
  ]);
});
