import { createHash } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { startRevocationTable, type RevocationTable } from "../../src/testing/revocation-table.ts";
import { createSigningKey, signJwt } from "../../src/testing/signing-key.ts";
import { HEADER, ID_TOKEN } from "../tokens.ts";
import { run, type Dependencies, type Ran } from "./command.ts";

const NOW = Math.floor(Date.now() / 1000) * 1000;
const clock = () => NOW + 400;

let table: RevocationTable;
let env: NodeJS.ProcessEnv;
beforeEach(async () => {
  table = await startRevocationTable({ pageSize: 2 });
  env = { ...table.environment, REVOCATION_TABLE: table.name };
});
afterEach(() => table.close());

function revoke(args: readonly string[], dependencies: Dependencies = {}): Promise<Ran> {
  return run(["revoke", ...args], { env, clock, ...dependencies });
}

/** The attributes of the only item, without their types. */
function item(): Readonly<Record<string, string>> {
  expect(table.items).toHaveLength(1);
  return Object.fromEntries(
    Object.entries(table.items[0] ?? {}).map(([name, value]) => [
      name,
      Object.values(value as object).join(),
    ]),
  );
}

describe("revoke", () => {
  test("ends a user's tokens up to now, says so, and that the user must be blocked in Auth0 too", async () => {
    const { exitCode, output, errors } = await revoke(["user", "auth0|mallory"]);
    expect([exitCode, errors]).toEqual([0, ""]);
    expect(item()).toMatchObject({
      pk: "r",
      kind: "sub",
      value: "auth0|mallory",
      issuer: "*",
      notBefore: String(NOW / 1000),
      expiresAt: String(NOW / 1000 + 1 + 24 * 3600),
    });
    expect(output).toContain("Revoked: tokens of the user auth0|mallory, issued at ");
    expect(output).toContain("Written to the table revocations in eu-central-1.");
    expect(output).toContain("Block the user in Auth0 too: whoever may still sign in");
  });

  test.each([
    ["session", "s-1", { kind: "sid", value: "s-1" }, "tokens of the session s-1."],
    ["client", "WebApp", { kind: "client", value: "WebApp" }, "tokens of the application WebApp, issued at "],
    ["all", undefined, { kind: "all", value: "*" }, "all tokens, issued at "],
  ])("ends the tokens of: %s", async (word, value, expected, said) => {
    const { exitCode, output } = await revoke(value === undefined ? [word] : [word, value]);
    expect(exitCode).toBe(0);
    expect(item()).toMatchObject(expected);
    expect(output).toContain(said);
    expect(output).toContain("Block the user in Auth0 too");
  });

  test("ends one token, of which the table gets the hash of what was signed", async () => {
    const token = signJwt(HEADER, ID_TOKEN, createSigningKey({ kid: "key-1" }));
    const hash = createHash("sha256")
      .update(token.replace(/\.[^.]*$/, ""))
      .digest("base64url");
    const { exitCode, output } = await revoke(["token"], { input: `Authorization: Bearer ${token}\n` });
    expect(exitCode).toBe(0);
    expect(item()).toMatchObject({ kind: "token", value: hash });
    expect(output).toContain(`the token with the hash ${hash}.`);
    expect(output + JSON.stringify(table.items)).not.toContain("eyJ");
  });

  test("narrows to an issuer and an earlier time", async () => {
    const args = ["--issuer", "login.acme.com", "--not-before", "2026-11-20T08:00:00+01:00"];
    const { output } = await revoke(["client", "WebApp", ...args]);
    expect(item()).toMatchObject({
      issuer: "https://login.acme.com/",
      notBefore: String(Date.UTC(2026, 10, 20, 7) / 1000),
    });
    expect(output).toContain("issued at 2026-11-20T07:00:00Z or before, by https://login.acme.com/.");
  });

  test("takes the table and the retention from options before the environment", async () => {
    const otherwise = { ...env, REVOCATION_TABLE: "other", REVOCATION_RETENTION_HOURS: "1" };
    const args = ["--table", "revocations", "--retention-hours", "720"];
    expect(await revoke(["user", "u", ...args], { env: otherwise })).toMatchObject({ exitCode: 0 });
    expect(item()).toMatchObject({ expiresAt: String(NOW / 1000 + 1 + 720 * 3600) });
  });

  test("tells machines what was written", async () => {
    const { output } = await revoke(["user", "u", "--json"]);
    expect(JSON.parse(output)).toEqual({ kind: "sub", value: "u", issuer: "*", notBefore: NOW / 1000 });
  });

  test.each([
    ["nothing", [], "say what to revoke: user, session, client, token, all"],
    ["something unheard of", ["constructor"], "say what to revoke"],
    ["a user without a name", ["user"], "the value is missing: a user's sub"],
    ["an empty session", ["session", " "], "the value is missing: a sid"],
    ["two users", ["user", "a", "b"], "one at a time"],
    ["a value for all", ["all", "users"], "all needs no value"],
    ["no token", ["token"], "no token: pipe it in"],
    [
      "a time for a session",
      ["session", "s", "--not-before", "2026-01-01T00:00:00Z"],
      "--not-before goes with",
    ],
    ["a time that is none", ["user", "u", "--not-before", "soon"], "--not-before is no time: soon"],
    [
      "a time to come",
      ["user", "u", "--not-before", "2999-01-01T00:00:00Z"],
      "--not-before is in the future",
    ],
    ["an issuer that is none", ["user", "u", "--issuer", "a/b"], "--issuer must be a domain"],
    [
      "a retention that is none",
      ["user", "u", "--retention-hours", "0"],
      "--retention-hours must be a whole",
    ],
    ["an unknown option", ["user", "u", "--usr", "x"], "Unknown option '--usr'"],
  ])("refuses %s, and writes nothing", async (_, args, message) => {
    const { exitCode, errors } = await revoke(args);
    expect(errors).toContain(`auth0-authorizer revoke: ${message}`);
    expect(exitCode).toBe(2);
    expect(table.items).toEqual([]);
  });

  test("refuses a token that no authorizer would accept anyway", async () => {
    const { exitCode, errors } = await revoke(["token"], { input: "opaque" });
    expect([exitCode, table.items]).toEqual([2, []]);
    expect(errors).toContain("this is no token that an authorizer would accept: opaque_or_encrypted_token");
  });

  test.each([
    ["a table", "REVOCATION_TABLE", "neither --table nor REVOCATION_TABLE names a table"],
    ["a region", "AWS_REGION", "AWS_REGION is not set: say in which region the table is"],
    ["credentials", "AWS_SECRET_ACCESS_KEY", 'eval "$(aws configure export-credentials --format env)"'],
  ])("says what to do without %s", async (_, variable, message) => {
    const { exitCode, errors } = await revoke(["user", "u"], { env: { ...env, [variable]: "" } });
    expect([exitCode, table.items]).toEqual([2, []]);
    expect(errors).toContain(message);
  });

  test.each([
    ["ResourceNotFoundException", "there is no table revocations in eu-central-1, of this account"],
    ["AccessDeniedException", "needs the permissions dynamodb:PutItem (to revoke)"],
    ["ValidationException", "its keys must be pk and sk, both text"],
    ["ExpiredTokenException", "AWS does not accept these credentials (ExpiredTokenException)"],
    ["UnrecognizedClientException", "aws configure export-credentials"],
    ["ThrottlingException", "ThrottlingException. Try again."],
  ])("says what to do where DynamoDB answers %s", async (type, message) => {
    table.fail({ exception: type });
    const { exitCode, output, errors } = await revoke(["user", "u"]);
    expect([exitCode, output, table.items]).toEqual([1, "", []]);
    expect(errors).toContain("Nothing was revoked: ");
    expect(errors).toContain(message);
  });

  test("says so where nothing answers", async () => {
    const nowhere = { ...env, AWS_ENDPOINT_URL_DYNAMODB: "http://127.0.0.1:9" };
    const { exitCode, errors } = await revoke(["user", "u"], { env: nowhere });
    expect(exitCode).toBe(1);
    expect(errors).toMatch(/Nothing was revoked: .*ECONNREFUSED/);
  });

  test("explains itself", async () => {
    const { exitCode, output } = await revoke(["--help"]);
    expect(exitCode).toBe(0);
    expect(output).toContain("Usage: auth0-authorizer revoke user|session|client|token|all");
    expect(output).toContain("block the user in Auth0 too");
  });
});

describe("revocations", () => {
  const list = (args: readonly string[] = [], dependencies: Dependencies = {}): Promise<Ran> =>
    run(["revocations", ...args], { env, clock, ...dependencies });

  test("lists what was revoked, page after page, the latest last", async () => {
    await revoke(["user", "auth0|mallory"], { clock: () => NOW - 5000 });
    await revoke(["session", "s-1"], { clock: () => NOW - 4000 });
    await revoke(["all", "--issuer", "login.acme.com"], { clock: () => NOW - 3000 });
    const { exitCode, output, errors } = await list();
    expect([exitCode, errors]).toEqual([0, ""]);
    const at = (ms: number) => new Date(ms).toISOString().replace(".000", "");
    expect(output.split("\n")).toEqual([
      "written               kind  value          issuer                   not before",
      `${at(NOW - 5000)}  sub   auth0|mallory  *                        ${at(NOW - 5000)}`,
      `${at(NOW - 4000)}  sid   s-1            *`,
      `${at(NOW - 3000)}  all   *              https://login.acme.com/  ${at(NOW - 3000)}`,
      "",
      "3 revocations in the table revocations in eu-central-1.",
      "",
    ]);
    expect(table.reads).toBe(2);
  });

  test("says that there is none", async () => {
    expect(await list()).toMatchObject({
      output: "0 revocations in the table revocations in eu-central-1.\n",
    });
  });

  test("hides e-mail addresses, unless they are asked for", async () => {
    await revoke(["user", "samlp|acme|mallory@acme.com"]);
    expect((await list()).output).toContain("(e-mail hidden)");
    expect((await list(["--json"])).output).not.toContain("mallory");
    expect((await list(["--show-email"])).output).toContain("samlp|acme|mallory@acme.com");
  });

  test("tells machines, and how many items are none", async () => {
    await revoke(["client", "WebApp"]);
    const [sound] = table.items;
    table.items.push({ ...(sound as object), kind: { S: "nonsense" } });
    expect(JSON.parse((await list(["--json"])).output)).toEqual({
      revocations: [
        {
          kind: "client",
          value: "WebApp",
          issuer: "*",
          notBefore: NOW / 1000,
          writtenAt: new Date(clock()).toISOString(),
        },
      ],
      malformed: 1,
      isComplete: true,
    });
    expect((await list()).output).toContain("Malformed items, which have no effect: 1.");
  });

  test("says what to do where the table is absent", async () => {
    const { exitCode, errors } = await list(["--table", "other"]);
    expect(exitCode).toBe(1);
    expect(errors).toContain("Nothing was listed: there is no table other in eu-central-1, of this account");
  });

  test("explains itself", async () => {
    expect((await list(["--help"])).output).toContain("Usage: auth0-authorizer revocations --table T");
  });
});
