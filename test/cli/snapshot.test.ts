import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { execFile, execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { promisify } from "node:util";
import { snapshot } from "../../src/cli/snapshot.ts";
import { takeSnapshot } from "../../src/deploy/package/take-snapshot.ts";
import { bearerEvent } from "../../src/testing/events.ts";
import { createSigningKey } from "../../src/testing/signing-key.ts";
import { startFakeTenant, type FakeTenant } from "../../src/testing/tenant.ts";
import { storedFiles } from "../infra/zip-entries.ts";
import { codeFiles } from "../../src/deploy/package/function-files.ts";

let tenant: FakeTenant;
let directory: string;
let file: string;
let output: { out: string; error: string };

beforeAll(async () => {
  tenant = await startFakeTenant();
});
beforeEach(() => {
  tenant.fail();
  directory = mkdtempSync(join(tmpdir(), "snapshot-"));
  file = join(directory, "dist/jwks-snapshot.json");
  output = { out: "", error: "" };
});
afterAll(() => tenant.close());

function run(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<number> {
  return snapshot(args, {
    env,
    write: (text) => (output.out += text),
    writeError: (text) => (output.error += text),
  });
}

describe("a snapshot", () => {
  test("holds what the authorizer would use of the keys, and when they were asked for", async () => {
    const weak = createSigningKey({ bits: 1024 });
    const [first, second] = tenant.publishedKeys;
    const fetch = (): Promise<string> =>
      Promise.resolve(JSON.stringify({ keys: [{ ...first?.jwk, x5c: ["MIIC"] }, weak.jwk, second?.jwk] }));
    const clock = (): number => Date.UTC(2026, 10, 22, 12);
    expect(await takeSnapshot({ issuers: ["https://a.example/"], fetch, clock })).toEqual({
      takenAt: "2026-11-22T12:00:00.000Z",
      keySets: { "https://a.example/": { keys: [first?.jwk, second?.jwk] } },
    });
  });

  test("is of every issuer or of none", async () => {
    tenant.fail(503);
    const other = await startFakeTenant();
    const taken = takeSnapshot({ issuers: [other.issuer, tenant.issuer] });
    await expect(taken).rejects.toThrow(`${tenant.jwksUri}: HTTP 503`);
    await other.close();
  });
});

describe("the command, asked for the whole function", () => {
  const CALL = `
    const { handler } = require(process.argv[1]);
    handler(JSON.parse(process.argv[2])).then(({ context }) => console.log(context.sub));
  `;

  test.each([
    [["--handler", "dist/authorizer.handler"], "dist/"],
    [["--handler", "./dist/../..auth/authorizer.handler"], "..auth/"],
    [[], ""],
  ])("with %j writes a zip that serves users while the tenant is down", async (handler, folder) => {
    const archive = join(directory, "authorizer.zip");
    expect(await run(["--zip", archive, ...handler], { AUTH0_DOMAIN: tenant.issuer })).toBe(0);
    tenant.fail(503);
    const files = storedFiles(readFileSync(archive));
    expect(files.map(({ name }) => name)).toEqual([
      ...codeFiles("dist").map((name) => `${folder}${name}`),
      ...["LICENSE", "NOTICE"],
      `${folder}jwks-snapshot.json`,
    ]);
    for (const { name, content } of files) {
      mkdirSync(dirname(join(directory, name)), { recursive: true });
      writeFileSync(join(directory, name), content);
    }
    const event = JSON.stringify(bearerEvent("http-2.0", tenant.idToken()));
    const args = ["-e", CALL, join(directory, folder, "authorizer.cjs"), event];
    const env = { AUTH0_DOMAIN: tenant.issuer, AUTH0_CLIENT_IDS: String(tenant.settings.clientIds) };
    const { stdout } = await promisify(execFile)(process.execPath, args, { env });
    expect(stdout).toContain("auth0|alice");
  });

  test.each([
    [["--handler", "src/auth.handler"], "--handler has to end in authorizer.handler, not in auth.handler"],
    [["--out", "keys.json"], "--out writes the keys alone"],
    [["--handler", "../authorizer.handler"], "--handler has to be a path inside the zip"],
    [["--handler", "dist/../../up/authorizer.handler"], "--handler has to be a path inside the zip"],
    [["--handler", "/authorizer.handler"], "--handler has to be a path inside the zip"],
    [["--handler", "..\\up/authorizer.handler"], "--handler has to be a path inside the zip"],
  ])("with %j refuses to guess", async (options, message) => {
    const archive = join(directory, "authorizer.zip");
    expect(await run(["--zip", archive, ...options], { AUTH0_DOMAIN: tenant.issuer })).toBe(2);
    expect(output.error).toContain(message);
    expect(existsSync(archive)).toBe(false);
  });
});

describe("the command", () => {
  test("writes the keys of AUTH0_DOMAIN and says so", async () => {
    expect(await run(["--out", file], { AUTH0_DOMAIN: tenant.issuer })).toBe(0);
    expect(JSON.parse(readFileSync(file, "utf8"))).toMatchObject({
      keySets: { [tenant.issuer]: { keys: tenant.publishedKeys.map(({ jwk }) => jwk) } },
    });
    expect(output.out).toContain(`${file}: the keys of ${tenant.issuer}`);
    expect(output.error).toBe("");
  });

  test("says in full where it has written", async () => {
    expect(await run(["--domain", tenant.issuer, "--out", relative(process.cwd(), file)])).toBe(0);
    expect(output.out).toContain(`${file}: the keys of ${tenant.issuer}`);
    expect(readFileSync(file, "utf8")).toContain(tenant.currentKey.kid);
  });

  test("prefers --domain, which may name several", async () => {
    const other = await startFakeTenant();
    const args = ["--domain", `${tenant.issuer}, ${other.issuer}`, "--out", file];
    expect(await run(args, { AUTH0_DOMAIN: "unused.example" })).toBe(0);
    expect(Object.keys((JSON.parse(readFileSync(file, "utf8")) as { keySets: object }).keySets)).toEqual([
      tenant.issuer,
      other.issuer,
    ]);
    await other.close();
  });

  test("leaves an older file alone and exits with 1 when the tenant fails", async () => {
    expect(await run(["--domain", tenant.issuer, "--out", file])).toBe(0);
    const before = readFileSync(file, "utf8");
    tenant.fail(503);
    expect(await run(["--domain", tenant.issuer, "--out", file])).toBe(1);
    expect(readFileSync(file, "utf8")).toBe(before);
    expect(output.error).toContain(`No snapshot was written: ${tenant.jwksUri}: HTTP 503\n`);
    expect(output.error).toContain("run this again");
  });

  test("writes no set that the authorizer could not use", async () => {
    const keys = tenant.publishedKeys;
    tenant.publishedKeys = [createSigningKey({ bits: 1024 })];
    expect(await run(["--domain", tenant.issuer, "--out", file])).toBe(1);
    tenant.publishedKeys = keys;
    expect(output.error).toContain("no usable RS256 key");
    expect(existsSync(file)).toBe(false);
  });

  test("exits with 1 where the file cannot be written", async () => {
    writeFileSync(join(directory, "taken"), "");
    expect(await run(["--domain", tenant.issuer, "--out", join(directory, "taken/snapshot.json")])).toBe(1);
    expect(output.error).toContain("No snapshot was written: ");
  });

  test.each([
    ["without a tenant", [], {}, "neither --domain nor AUTH0_DOMAIN names a tenant"],
    ["with an invalid domain", ["--domain", "http://acme.example"], {}, "--domain must use https"],
    ["with an invalid variable", [], { AUTH0_DOMAIN: "a b" }, "AUTH0_DOMAIN contains an empty item"],
    ["without a file", ["--domain", "acme.example"], {}, "--out is missing: name jwks-snapshot.json in the"],
    ["with an unknown option", ["--domian", "acme.example"], {}, "Unknown option '--domian'"],
  ])("exits with 2 and says how to use it %s", async (_name, args, env, message) => {
    expect(await run(args, env)).toBe(2);
    expect(output.error).toContain(`No snapshot was taken: ${message}`);
    expect(output.error).toContain("Usage: auth0-authorizer snapshot (--out FILE");
  });

  test("explains itself", async () => {
    expect(await run(["--help"])).toBe(0);
    expect(output.out).toContain("Usage: auth0-authorizer snapshot (--out FILE");
  });
});

test("the bundle finds the snapshot beside it, and allows a user without any network", async () => {
  const down = await startFakeTenant();
  await run(["--domain", down.issuer, "--out", join(directory, "jwks-snapshot.json")]);
  await down.close();
  const bundle = join(directory, "authorizer.cjs");
  copyFileSync(resolve("dist/authorizer.cjs"), bundle);
  copyFileSync(resolve("dist/authorizer.main.cjs"), join(directory, "authorizer.main.cjs"));
  const script = `
    require(process.argv[1]).handler(JSON.parse(process.argv[2]))
      .then(({ principalId }) => process.stderr.write(principalId))`;
  const event = JSON.stringify(bearerEvent("rest-token", down.idToken()));
  const env = { AUTH0_DOMAIN: down.issuer, AUTH0_CLIENT_IDS: down.settings.clientIds.join() };
  const code = `${script.trim()}.catch(({ message }) => process.stderr.write(message))`;
  const answer = execFileSync(
    "sh",
    ["-c", '"$0" "$@" 2>&1 >/dev/null', process.execPath, "-e", code, bundle, event],
    {
      env,
    },
  );
  expect(String(answer)).toBe("auth0|alice");
});
