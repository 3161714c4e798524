import { createHash } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { startRevocationTable, type RevocationTable } from "../../src/testing/revocation-table.ts";
import { createSigningKey, signJwt } from "../../src/testing/signing-key.ts";
import { HEADER, ID_TOKEN } from "../tokens.ts";
import { run, type Dependencies, type Ran } from "./command.ts";

const NOW = Math.floor(Date.now() / 1000) * 1000;
const clock = () => NOW + 400;
const at = (ms: number): string => new Date(ms).toISOString().replace(".000", "");

let table: RevocationTable;
let env: NodeJS.ProcessEnv;
beforeEach(async () => {
  table = await startRevocationTable({ pageSize: 2, clock });
  env = { ...table.environment, REVOCATION_TABLE: table.name };
});
afterEach(() => table.close());

function revoke(args: readonly string[], dependencies: Dependencies = {}): Promise<Ran> {
  return run(["revoke", ...args], { env, clock, ...dependencies });
}

const SUB = "auth0|5f7c8ec7c33c6c004bbafe82";

/** The items as numbers, by their keys. */
function stored(): Readonly<Record<string, Readonly<Record<string, number>>>> {
  const toNumbers = (item: object): Readonly<Record<string, number>> =>
    Object.fromEntries(
      Object.entries(item)
        .filter(([name]) => name !== "id")
        .map(([name, value]) => [name, Number((value as { N: string }).N)]),
    );
  return Object.fromEntries(Array.from(table.items, ([key, item]) => [key, toNumbers(item)]));
}

describe("revoke", () => {
  test("revokes a user's tokens up to now, says what was read back, and to block the user in Auth0 too", async () => {
    const { exitCode, output, errors } = await revoke(["user", SUB]);
    expect([exitCode, errors]).toEqual([0, ""]);
    expect(stored()).toEqual({
      [`sub#${SUB}`]: { notBefore: NOW / 1000, expiresAt: NOW / 1000 + 31 * 86_400 },
    });
    expect(output).toContain(`Revoked: tokens of the user ${SUB}, issued at `);
    expect(output).toContain("Written to the table revocations in eu-central-1, and read back.");
    expect(output).toContain("Block the user in Auth0 too: a user who may still sign in");
  });

  test.each([
    ["user", ["user", SUB], `sub#${SUB}`, `tokens of the user ${SUB}, issued at `],
    ["machine", ["user", "abc@clients"], "sub#abc@clients", "tokens of the user abc@clients"],
    ["anonymous session", ["user", "anon@1"], "sub#anon@1", "tokens of the user anon@1"],
    ["agent", ["user", "agt_1"], "sub#agt_1", "tokens of the user agt_1"],
    [
      "enterprise user",
      ["user", "samlp|acme|mallory@acme.com"],
      "sub#samlp|acme|mallory@acme.com",
      "mallory@acme.com",
    ],
    [
      "member",
      ["member", "org_9ybsU1dN2dKfDkBi", SUB],
      `member#org_9ybsU1dN2dKfDkBi#${SUB}`,
      `tokens of the user ${SUB} for the organization org_9ybsU1dN2dKfDkBi, issued at `,
    ],
    ["session", ["session", "s-1"], "sid#s-1", "tokens of the session s-1."],
    ["client", ["client", "WebApp"], "client#WebApp", "tokens of the application WebApp, issued at "],
  ])("revokes the tokens of: %s", async (_, args, key, said) => {
    const { exitCode, output } = await revoke(args);
    expect(exitCode).toBe(0);
    expect(Object.keys(stored())).toEqual([key]);
    expect(output).toContain(said);
    expect(output).toContain("in Auth0 too: ");
  });

  test("takes subs of enterprise connections as they are, and what cannot be seen off their ends", async () => {
    for (const sub of [
      "samlp|acme|CN=Alice A., OU=x",
      "ad|acme|3f-1",
      "google-oauth2|1035",
      "oauth2|acme|a b",
    ])
      expect(await revoke(["user", `\u200b${sub}\ufeff`])).toMatchObject({ exitCode: 0 });
    expect(Object.keys(stored())).toContain("sub#samlp|acme|CN=Alice A., OU=x");
    expect(await revoke(["client", "https://acme.com/client.json?a=1"])).toMatchObject({ exitCode: 0 });
  });

  test("prints no token that was given in the place of a user or session", async () => {
    const token = signJwt(HEADER, ID_TOKEN, createSigningKey());
    for (const word of ["user", "session", "client"]) {
      const { exitCode, errors } = await revoke([word, token]);
      expect([exitCode, table.items.size]).toEqual([2, 0]);
      expect(errors).toContain("this is a token, for which there is: revoke token");
      expect(errors).not.toContain("eyJ");
    }
  });

  test("keeps a session without an expiry, and a token with one", async () => {
    await revoke(["session", "s-1"]);
    expect(stored()["sid#s-1"]).toEqual({ notBefore: NOW / 1000 });
  });

  test("revokes one token, of which the table gets the hash of what was signed", async () => {
    const token = signJwt(HEADER, ID_TOKEN, createSigningKey({ kid: "key-1" }));
    const hash = createHash("sha256")
      .update(token.replace(/\.[^.]*$/, ""))
      .digest("base64url");
    const { exitCode, output } = await revoke(["token"], { input: `Authorization: Bearer ${token}\n` });
    expect(exitCode).toBe(0);
    expect(Object.keys(stored())).toEqual([`token#${hash}`]);
    expect(output).toContain(`the token with the hash ${hash}.`);
    expect(output + JSON.stringify([...table.items])).not.toContain("eyJ");
  });

  test("takes an earlier time, with its offset", async () => {
    const { output } = await revoke(["client", "WebApp", "--not-before", "2026-11-20T08:00:00+01:00"]);
    expect(stored()["client#WebApp"]).toMatchObject({ notBefore: Date.UTC(2026, 10, 20, 7) / 1000 });
    expect(output).toContain("issued at 2026-11-20T07:00:00Z or before.");
  });

  test("says so where the table has a later time, and changes nothing", async () => {
    table.revokeUser(SUB, NOW / 1000 - 10);
    const { exitCode, output } = await revoke(["user", SUB, "--not-before", "2026-01-01T00:00:00Z"]);
    expect(exitCode).toBe(0);
    expect(output).toContain(
      `Already revoked: tokens of the user ${SUB}, issued at ${at(NOW - 10_000)} or before.`,
    );
    expect(output).toContain(
      "had this before, which is later than 2026-01-01T00:00:00Z. Nothing was changed.",
    );
    expect(stored()[`sub#${SUB}`]).toMatchObject({ notBefore: NOW / 1000 - 10 });
  });

  test("says that a session was revoked before", async () => {
    await revoke(["session", "s-1"]);
    const { exitCode, output } = await revoke(["session", "s-1"]);
    expect(exitCode).toBe(0);
    expect(output).toContain("Already revoked: tokens of the session s-1.");
  });

  test.each([-86_400_000, -240_000, 240_000, 86_400_000])(
    "takes the time from DynamoDB where this machine's clock is wrong by %d ms",
    async (ms) => {
      const { exitCode, output } = await revoke(["user", SUB], { clock: () => NOW + ms });
      expect(exitCode).toBe(0);
      expect(stored()).toEqual({
        [`sub#${SUB}`]: { notBefore: NOW / 1000, expiresAt: NOW / 1000 + 31 * 86_400 },
      });
      expect(output).toContain(`issued at ${at(NOW)} or before`);
    },
  );

  test("takes the table from an option before the environment", async () => {
    const otherwise = { ...env, REVOCATION_TABLE: "other" };
    expect(await revoke(["user", SUB, "--table", "revocations"], { env: otherwise })).toMatchObject({
      exitCode: 0,
    });
    expect(table.items.size).toBe(1);
  });

  test("tells machines what the table has, without anything that a terminal would obey", async () => {
    const { output } = await revoke(["user", "auth0|a\u009b2J\u202eb", "--json"]);
    expect(JSON.parse(output)).toEqual({
      id: "sub#auth0|a\u009b2J\u202eb",
      kind: "sub",
      sub: "auth0|a\u009b2J\u202eb",
      notBefore: NOW / 1000,
      result: "written",
    });
    expect(output).toMatch(/^[\x20-\x7e]+\n$/);
    expect(JSON.parse((await revoke(["user", "auth0|a\u009b2J\u202eb", "--json"])).output)).toMatchObject({
      result: "unchanged",
    });
  });

  test.each([
    ["an email address", "alice@example.com", "looks like an email address"],
    ["an ID without its provider", "5f7c8ec7c33c6c004bbafe82", "an ID without its provider, such as auth0|"],
    ["a sub in quotes", `"${SUB}"`, "there are quotes around it"],
    ["a sub in curly quotes", `\u201c${SUB}\u201d`, "there are quotes around it"],
    [
      "an address of the dashboard",
      "https://manage.auth0.com/dashboard/eu/acme/users/YXV0aDB8NWY3Yw",
      "this is a web address",
    ],
    ["an address with a sub in it", `https://acme.eu.auth0.com/api/v2/users/${SUB}`, "this is a web address"],
    ["a percent-encoded sub", "auth0%7C5f7c8ec7", "%7C stands for |"],
    ["a name", "Alice A.", "it has no | between"],
    ["half of an application's", "@clients", "looks like an email address"],
    ["a sub without its ID", "auth0|", "does not begin with a provider"],
    ["a sub without its provider", "|5f7c8ec7", "does not begin with a provider"],
    ["a sub in angle brackets", `<${SUB}>`, "does not begin with a provider"],
    ["a sub with its name", `sub=${SUB}`, "does not begin with a provider"],
    ["a sub with spaces", "auth0 | 5f7c8ec7", "does not begin with a provider"],
    ["a sub as a shell escapes it", "auth0\\|5f7c8ec7", "does not begin with a provider"],
    ["a sub in capitals", "AUTH0|5F7C8EC7", "does not begin with a provider"],
    ["an address without its scheme", `manage.auth0.com/users/${SUB}`, "does not begin with a provider"],
    ["a sub with the comma of its line", `${SUB},`, "something is left at its end"],
    ["a sub that was shortened", "auth0|5f7c8e…", "something is left at its end"],
    ["two users by a comma", `${SUB},${SUB}`, "these are several"],
  ])("refuses %s as a user, says how to get the right one, and writes nothing", async (_, value, message) => {
    for (const args of [
      ["user", value],
      ["member", "org_9ybsU1dN2dKfDkBi", value],
    ]) {
      const { exitCode, errors } = await revoke(args);
      expect([exitCode, table.items.size, table.reads]).toEqual([2, 0, 0]);
      expect(errors).toContain("is not the sub of a user: ");
      expect(errors).toContain(message);
      expect(errors).toContain("Copy user_id from the user's page in the Auth0 Dashboard");
    }
  });

  test.each([
    ["nothing", [], "say what to revoke: user, member, session, client, token"],
    ["something unheard of", ["constructor"], "say what to revoke"],
    ["a user without a name", ["user"], "the value is missing: a user's sub"],
    ["an empty session", ["session", " "], "the value is missing: a session's sid"],
    ["two users", ["user", SUB, SUB], "one at a time"],
    ["all tokens", ["all"], "AUTHORIZER_ISSUED_AFTER"],
    ["a member without a user", ["member", "org_1"], "the value is missing: a user's sub"],
    ["an organization's name", ["member", "acme", SUB], "acme is not the ID of an organization"],
    ["a member the wrong way round", ["member", SUB, "org_1"], "looks like a user's sub"],
    ["a user as a session", ["session", SUB], "looks like a user's sub: revoke user"],
    ["a session in quotes", ["session", "'s-1'"], "there are quotes around it"],
    ["a session's key", ["session", "sid#s-1"], "there is # in it"],
    ["a session with its name", ["session", "sid=s-1"], "there is sid= in it"],
    ["an empty variable", ["session", "undefined"], "the text of an empty variable"],
    ["two applications", ["client", "a,b"], "there is , in it"],
    ["an application's name", ["client", "Web App"], "there is a space"],
    ["no token", ["token"], "no token: pipe it in"],
    [
      "a time for a session",
      ["session", "s", "--not-before", "2026-01-01T00:00:00Z"],
      "--not-before goes with",
    ],
    ["a time without a year", ["user", SUB, "--not-before", "5"], "with its year and its offset: 5"],
    ["a time without a day", ["user", SUB, "--not-before", "2026-01"], "--not-before must be a time"],
    [
      "a time without an offset",
      ["user", SUB, "--not-before", "2026-01-01T00:00:00"],
      "--not-before must be",
    ],
    [
      "a time before all tokens",
      ["user", SUB, "--not-before", "1969-01-01T00:00:00Z"],
      "--not-before must be",
    ],
    [
      "a time to come",
      ["user", SUB, "--not-before", "2999-01-01T00:00:00Z"],
      "--not-before is in the future",
    ],
    [
      "a sub that is too long",
      ["user", `auth0|${"a".repeat(1019)}`],
      "this cannot be stored: sub: sub must have",
    ],
    ["an issuer", ["user", SUB, "--issuer", "a.b"], "Unknown option '--issuer'"],
    ["a retention", ["user", SUB, "--retention-hours", "1"], "Unknown option '--retention-hours'"],
  ])("refuses %s, and writes nothing", async (_, args, message) => {
    const { exitCode, errors } = await revoke(args);
    expect(errors).toContain("auth0-authorizer revoke: ");
    expect(errors).toContain(message);
    expect(exitCode).toBe(2);
    expect(table.items.size).toBe(0);
  });

  test("takes a sub that is as long as it may be, and the time of DynamoDB itself", async () => {
    const args = ["user", `auth0|${"a".repeat(1018)}`, "--not-before", at(NOW)];
    expect(await revoke(args, { clock: () => NOW - 60_000 })).toMatchObject({ exitCode: 0 });
    expect(table.items.size).toBe(1);
  });

  test("refuses a token that no authorizer would accept anyway", async () => {
    const { exitCode, errors } = await revoke(["token"], { input: "opaque" });
    expect([exitCode, table.items.size]).toEqual([2, 0]);
    expect(errors).toContain(
      "this is not a token that an authorizer would accept: opaque_or_encrypted_token",
    );
  });

  test.each([
    ["a table", "REVOCATION_TABLE", "neither --table nor REVOCATION_TABLE names a table"],
    ["a region", "AWS_REGION", "AWS_REGION is not set: say in which region the table is"],
    ["credentials", "AWS_SECRET_ACCESS_KEY", 'eval "$(aws configure export-credentials --format env)"'],
  ])("says what to do without %s", async (_, variable, message) => {
    const { exitCode, errors } = await revoke(["user", SUB], { env: { ...env, [variable]: "" } });
    expect([exitCode, table.items.size]).toEqual([2, 0]);
    expect(errors).toContain(message);
  });

  test.each([
    ["ResourceNotFoundException", "there is no table revocations in eu-central-1, in this account"],
    ["AccessDeniedException", "permissions dynamodb:BatchGetItem, dynamodb:UpdateItem on the table"],
    [
      "ValidationException",
      "table revocations has the wrong key schema: its partition key must be id (String)",
    ],
    ["ExpiredTokenException", "AWS does not accept these credentials (ExpiredTokenException)"],
    ["UnrecognizedClientException", "aws configure export-credentials"],
    ["InvalidSignatureException", "the secret of these credentials or this machine's clock may be wrong"],
    ["ThrottlingException", "too many requests at once. Try again in a minute."],
    ["InternalServerError", "InternalServerError. Try again."],
  ])("says what to do where DynamoDB answers %s", async (type, message) => {
    table.fail({ exception: type });
    const { exitCode, output, errors } = await revoke(["user", SUB]);
    expect([exitCode, output, table.items.size]).toEqual([1, "", 0]);
    expect(errors).toContain("Nothing was revoked: ");
    expect(errors).toContain(message);
  });

  test("says so where nothing answers", async () => {
    const nowhere = { ...env, AWS_ENDPOINT_URL_DYNAMODB: "http://127.0.0.1:9" };
    const { exitCode, errors } = await revoke(["user", SUB], { env: nowhere });
    expect(exitCode).toBe(1);
    expect(errors).toMatch(/Nothing was revoked: .*ECONNREFUSED.*\. Check the network, AWS_REGION, /);
  });

  test.each([
    ["AWS_ENDPOINT_URL_DYNAMODB", "localhost:8000", "must be a web address such as http://localhost:8000"],
    ["AWS_ENDPOINT_URL_DYNAMODB", "dynamodb", "must be a web address"],
    ["AWS_ENDPOINT_URL_DYNAMODB", "ftp://localhost", "must be a web address"],
    ["AWS_REGION", "eu-central-1/x", "must be a region such as eu-central-1"],
    ["AWS_REGION", "eu central", "must be a region"],
  ])("says so where %s is %s, as doctor does", async (variable, value, message) => {
    const wrong = { ...env, [variable]: value };
    const { exitCode, errors } = await revoke(["user", SUB], { env: wrong });
    expect([exitCode, table.reads]).toEqual([2, 0]);
    expect(errors).toContain(`${variable} ${message}`);
    const settings = { AUTH0_DOMAIN: "http://127.0.0.1:9", AUTH0_CLIENT_IDS: "WebApp" };
    const { output } = await run(["doctor"], { env: { ...wrong, ...settings } });
    expect(output).toContain(`cannot be read: ${variable} ${message}`);
  });

  test.each([
    ["refused", "UpdateItem", { exception: "AccessDeniedException" }, 1, "Nothing was revoked: "],
    ["without an answer", "UpdateItem", "reset", 3, "It is not known whether this was revoked: "],
    ["answered by HTTP 500", "UpdateItem", { exception: "InternalServerError", status: 500 }, 3, "not known"],
  ] as const)("tells a write that was %s by its exit code", async (_, operation, outage, code, message) => {
    table.onRequest = (name) => table.fail(name === operation ? outage : undefined);
    const { exitCode, output, errors } = await revoke(["user", SUB]);
    expect([exitCode, output]).toEqual([code, ""]);
    expect(errors).toContain(message);
  });

  test("does not say that it is revoked where that cannot be read back", async () => {
    table.onRequest = () => table.fail(table.items.size > 0 ? "reset" : undefined);
    const { exitCode, output, errors } = await revoke(["user", SUB]);
    expect([exitCode, output, table.items.size]).toEqual([3, "", 1]);
    expect(errors).toContain("It is not known whether this was revoked: ");
    expect(errors).toContain("Run it again, which does no harm.");
  });

  test("does not say that it is revoked where the table does not have it afterwards", async () => {
    table.onRequest = (name) => {
      if (name === "BatchGetItem") table.items.clear();
    };
    const { exitCode, output, errors } = await revoke(["user", SUB]);
    expect([exitCode, output]).toEqual([1, ""]);
    expect(errors).toContain(
      "Nothing was revoked: the table was read back, and has no revocation under this key",
    );
  });

  test("does not say that it is revoked where another item stands there", async () => {
    table.items.set(`sub#${SUB}`, { id: { S: `sub#${SUB}` }, notBefore: { N: "99999999999999" } });
    const { exitCode, errors } = await revoke(["user", SUB]);
    expect(exitCode).toBe(1);
    expect(errors).toContain("has no revocation under this key");
  });

  test("explains itself", async () => {
    const { exitCode, output } = await revoke(["--help"]);
    expect(exitCode).toBe(0);
    expect(output).toContain("Usage: auth0-authorizer revoke user|member|session|client|token");
    expect(output).toContain("block the user in Auth0 first");
  });
});

describe("revocations", () => {
  const list = (args: readonly string[] = [], dependencies: Dependencies = {}): Promise<Ran> =>
    run(["revocations", ...args], { env, clock, ...dependencies });

  function revokeFive(): void {
    const second = NOW / 1000;
    table.revoke({ kind: "sid", sid: "s-1" }, second - 4);
    table.revokeUser("auth0|mallory", second - 5);
    table.revokeMember("org_1", "auth0|mallory", second - 3);
    table.revoke({ kind: "client", clientId: "WebApp" }, second - 2);
    table.revoke({ kind: "token", hash: "h-1" }, second - 1);
  }

  test("takes no empty kind for every kind", async () => {
    expect(await list(["--kind", ""])).toMatchObject({ exitCode: 2, output: "" });
  });

  test("lists what is revoked, page after page, the latest last", async () => {
    revokeFive();
    const { exitCode, output, errors } = await list();
    expect([exitCode, errors]).toEqual([0, ""]);
    expect(output.split("\n")).toEqual([
      "not before            kind    value",
      `${at(NOW - 5000)}  sub     auth0|mallory`,
      `${at(NOW - 4000)}  sid     s-1`,
      `${at(NOW - 3000)}  member  org_1#auth0|mallory`,
      `${at(NOW - 2000)}  client  WebApp`,
      `${at(NOW - 1000)}  token   h-1`,
      "",
      "5 revocations in the table revocations in eu-central-1.",
      "",
    ]);
    expect(table.reads).toBe(3);
  });

  test.each([
    ["user", "sub"],
    ["member", "member"],
    ["session", "sid"],
    ["client", "client"],
    ["token", "token"],
  ])("lists one kind alone: %s", async (word, kind) => {
    revokeFive();
    const { output } = await list(["--kind", word, "--json"]);
    const { revocations } = JSON.parse(output) as { revocations: object[] };
    expect(revocations).toEqual([expect.objectContaining({ kind })]);
  });

  test("refuses a kind that there is not", async () => {
    const { exitCode, errors } = await list(["--kind", "sub"]);
    expect(exitCode).toBe(2);
    expect(errors).toContain("--kind must be one of user, member, session, client, token");
  });

  test("says that the list is empty", async () => {
    expect(await list()).toMatchObject({
      output: "0 revocations in the table revocations in eu-central-1.\n",
    });
  });

  test("hides email addresses, unless they are asked for", async () => {
    table.revokeUser("samlp|acme|mallory@acme.com");
    expect((await list()).output).not.toContain("mallory");
    expect((await list(["--json"])).output).not.toContain("mallory");
    expect((await list(["--show-email"])).output).toContain("samlp|acme|mallory@acme.com");
  });

  test("tells machines, and how many items are not revocations", async () => {
    table.revoke({ kind: "client", clientId: "WebApp" }, NOW / 1000);
    table.items.set("nonsense#1", { id: { S: "nonsense#1" }, notBefore: { N: "1" } });
    table.items.set("sub#a|b", { id: { S: "sub#a|b" }, notBefore: { S: "1" } });
    expect(JSON.parse((await list(["--json"])).output)).toEqual({
      revocations: [{ kind: "client", clientId: "WebApp", notBefore: NOW / 1000 }],
      malformed: 2,
      isComplete: true,
    });
    expect((await list()).output).toContain("Items that are not revocations: 2.");
  });

  test("writes nothing that a terminal would obey", async () => {
    table.revokeUser("auth0|\u001b[2J\u009b31m\u202e\u2028mallory");
    for (const args of [[], ["--json"]]) expect((await list(args)).output).toMatch(/^[\n\x20-\x7e]+$/);
    const { revocations } = JSON.parse((await list(["--json"])).output) as { revocations: { sub: string }[] };
    expect(revocations[0]?.sub).toBe("auth0|\u001b[2J\u009b31m\u202e\u2028mallory");
  });

  test("says what to do where the table is absent, or may not be read", async () => {
    const { exitCode, errors } = await list(["--table", "other"]);
    expect(exitCode).toBe(1);
    expect(errors).toContain("Nothing was listed: there is no table other in eu-central-1, in this account");
    table.fail({ exception: "AccessDeniedException" });
    expect((await list()).errors).toContain("the permissions dynamodb:Scan on the table revocations");
  });

  test("explains itself", async () => {
    expect((await list(["--help"])).output).toContain("Usage: auth0-authorizer revocations --table T");
  });
});
