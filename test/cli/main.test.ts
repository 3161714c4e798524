import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { build } from "esbuild";
import { startFakeTenant } from "../../src/testing/tenant.ts";

let folder: string;
let tool: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "cli-"));
  tool = join(folder, "auth0-authorizer.mjs");
  await build({
    entryPoints: ["src/cli/main.ts"],
    outfile: tool,
    bundle: true,
    platform: "node",
    target: "node20",
    format: "esm",
    mainFields: ["module", "main"],
    // For aws4, which the published tool finds beside it as a package.
    banner: {
      js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
    },
  });
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Ended {
  readonly exitCode: number;
  readonly output: string;
  readonly errors: string;
}

/** As a shell runs it. */
function shell(
  args: readonly string[],
  input: string | Buffer = "",
  env: NodeJS.ProcessEnv = {},
): Promise<Ended> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [tool, ...args], { env }, (error, output, errors) =>
      resolve({ exitCode: error === null ? 0 : Number(error.code), output, errors }),
    );
    child.stdin?.end(input);
  });
}

const SETTINGS = { AUTH0_DOMAIN: "http://127.0.0.1:4/", AUTH0_CLIENT_IDS: "WebApp" };

describe("the tool, bundled into one file", () => {
  test("says what it can do", async () => {
    const { exitCode, output } = await shell(["--help"]);
    expect(output).toMatch(/doctor .*explain .*snapshot /s);
    expect(exitCode).toBe(0);
    for (const command of ["doctor", "explain", "snapshot", "revoke", "revocations"]) {
      expect((await shell([command, "--help"])).output).toContain("Usage: ");
    }
  });

  test("says which version it is", async () => {
    const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };
    expect(await shell(["--version"])).toEqual({ exitCode: 0, output: `${version}\n`, errors: "" });
  });

  test.each([
    ["no command", []],
    ["an unknown command", ["constructor"]],
    ["an unknown option", ["explain", "--no-such"]],
  ])("turns down %s", async (_, args) => {
    const { exitCode, output, errors } = await shell(args);
    expect(errors).toMatch(/Usage: auth0-authorizer|For all options/);
    expect([exitCode, output]).toEqual([2, ""]);
  });

  test("quotes an unknown command without what a terminal would obey", async () => {
    const { errors } = await shell(["evil\u001b[2J"]);
    expect(errors).toContain("there is no command evil\ufffd[2J");
  });

  test("reads a token from a pipe, and writes no colours into one", async () => {
    const { exitCode, output, errors } = await shell(["explain"], "opaque\n", SETTINGS);
    expect(output).toContain("unauthorized: opaque_or_encrypted_token");
    expect(output).not.toContain("\u001b");
    expect([exitCode, errors]).toEqual([1, ""]);
  });

  test("reads a token from a pipe of Windows PowerShell, which writes UTF-16", async () => {
    const input = Buffer.from("\ufeffopaque\r\n", "utf16le");
    const { output, errors } = await shell(["explain"], input, SETTINGS);
    expect(output).toContain("unauthorized: opaque_or_encrypted_token");
    expect(errors).toBe("");
  });

  test("waits for a tenant that is slow, and says so", async () => {
    const tenant = await startFakeTenant();
    tenant.fail("silent");
    const settings = { ...SETTINGS, AUTH0_DOMAIN: tenant.issuer, JWKS_TIMEOUT_MS: "1000" };
    const { exitCode, errors, output } = await shell(
      ["explain", tenant.idToken({ clientId: "WebApp" })],
      "",
      settings,
    );
    await tenant.close();
    expect(output).toContain("no complete answer within 1000 ms");
    expect(errors).toContain(`Fetching ${tenant.jwksUri} …`);
    expect(exitCode).toBe(3);
  });

  test("writes a snapshot", async () => {
    const tenant = await startFakeTenant();
    const { exitCode, errors } = await shell([
      "snapshot",
      "--domain",
      tenant.issuer,
      "--out",
      join(folder, "keys.json"),
    ]);
    await tenant.close();
    expect([exitCode, errors]).toEqual([0, ""]);
    expect(readFileSync(join(folder, "keys.json"), "utf8")).toContain(tenant.currentKey.kid);
  });
});
