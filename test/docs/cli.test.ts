import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { build } from "esbuild";
import { authorizerEvent } from "../../src/testing/events.ts";
import { startRevocationTable, type RevocationTable } from "../../src/testing/revocation-table.ts";
import { startFakeTenant, type FakeTenant } from "../../src/testing/tenant.ts";
import { guides } from "./guides.ts";

/** The commands of a page, one for each line. */
function commands(page: string, program: string): string[] {
  const text = readFileSync(`docs/${page}`, "utf8");
  const blocks = [...text.matchAll(/^```sh\n([^]*?)^```$/gm)].flatMap(([, block = ""]) =>
    block.trim().split("\n"),
  );
  return blocks.filter((line) => line.includes(program));
}

let tenant: FakeTenant;
let table: RevocationTable;
let folder: string;

beforeAll(async () => {
  tenant = await startFakeTenant();
  table = await startRevocationTable({ name: "acme-revocations" });
  folder = mkdtempSync(join(tmpdir(), "docs-"));
  const event = authorizerEvent("rest-request", {
    headers: [["Authorization", `Bearer ${tenant.idToken()}`]],
  });
  writeFileSync(join(folder, "event.json"), JSON.stringify(event));
  writeFileSync(join(folder, "jwks.json"), JSON.stringify({ keys: [tenant.currentKey.jwk] }));
  const health = { Type: "AWS::ApiGatewayV2::Route", Properties: { RouteKey: "GET /health" } };
  const template = JSON.stringify({ Resources: { Health: health } });
  writeFileSync(join(folder, "template.json"), template);
  writeFileSync(join(folder, "template.yml"), template);
  mkdirSync(join(folder, "cdk.out"));
  const iam = { ...health, Properties: { ...health.Properties, AuthorizationType: "AWS_IAM" } };
  writeFileSync(join(folder, "cdk.out/Shop.template.json"), JSON.stringify({ Resources: { Iam: iam } }));
  await build({
    entryPoints: ["src/cli/main.ts"],
    outfile: join(folder, "auth0-authorizer.mjs"),
    bundle: true,
    platform: "node",
    format: "esm",
    // For aws4, which the published tool finds beside it as a package.
    banner: {
      js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
    },
    logLevel: "warning",
  });
});
afterAll(async () => {
  await Promise.all([tenant.close(), table.close()]);
  rmSync(folder, { recursive: true });
});

/** In a shell, with the tenant at hand in the place of the one that the page names. */
function shell(command: string): Promise<number> {
  const domain = tenant.issuer.slice(0, -1);
  const script = [
    `auth0-authorizer() { "${process.execPath}" auth0-authorizer.mjs "$@"; }`,
    'npx() { "$@"; }',
    'pbpaste() { echo "$TOKEN"; }',
    "export REVOCATION_TABLE=acme-revocations",
    command.replaceAll("acme.eu.auth0.com", domain),
  ].join("\n");
  const env = {
    PATH: process.env["PATH"],
    AUTH0_DOMAIN: domain,
    AUTH0_CLIENT_IDS: "test-application",
    TOKEN: tenant.idToken(),
    SESSION_ID: "s-1",
    CLIENT_ID: "test-application",
    ...table.environment,
  };
  return new Promise((resolve) => {
    execFile("bash", ["-c", script], { cwd: folder, env }, (error) =>
      resolve(error === null ? 0 : Number(error.code)),
    ).stdin?.end();
  });
}

test("every command in docs/cli.md does what the page says", async () => {
  // The tenant runs until it is stopped: test/cli/tenant.test.ts starts it as the page says.
  const all = commands("cli.md", "auth0-authorizer ").filter((line) => !line.includes("authorizer tenant"));
  const codes: Record<string, number> = {};
  for (const command of all) codes[command] = await shell(command);
  expect(Object.keys(codes).length).toBeGreaterThan(9);
  // The tenant for tests has no discovery document, so `doctor` has something to find.
  const expected = all.map((command) => [
    command,
    command.includes("doctor")
      ? 1
      : command.includes("--offline")
        ? 3
        : command.includes("--at")
          ? expect.any(Number)
          : 0,
  ]);
  expect(codes).toEqual(Object.fromEntries(expected));
});

test("every command in docs/revocation.md is well", async () => {
  const all = commands("revocation.md", "auth0-authorizer ");
  expect(all.length).toBeGreaterThan(2);
  for (const command of all) expect([command, await shell(command)]).toEqual([command, 0]);
});

test("no page passes a token as an argument, which npm and shells write down", () => {
  const passed = [...guides].flatMap(([page, text]) =>
    Array.from(text.matchAll(/auth0-authorizer (?:-- )?(?:explain|doctor) +("?\$|TOKEN|eyJ)/g), ([call]) => ({
      page,
      call,
    })),
  );
  expect(passed).toEqual([]);
  expect([...guides.values()].join("\n")).toContain("| npx auth0-authorizer explain");
});

test("the npm scripts in docs/local.md exist", () => {
  const { scripts } = JSON.parse(readFileSync("package.json", "utf8")) as { scripts: Record<string, string> };
  const named = commands("local.md", "npm ").flatMap(
    (line) => /npm (?:run (?:--silent )?)?([a-z:]+)/.exec(line)?.[1] ?? [],
  );
  expect(new Set(named)).toEqual(new Set(["ci", "start", "token"]));
  expect(Object.keys(scripts)).toEqual(expect.arrayContaining(["start", "token"]));
});
