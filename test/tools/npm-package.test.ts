import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { codeFiles } from "../../src/deploy/package/function-files.ts";
import { pack, packNpmPackage } from "./npm-package.ts";
import { filesOf, publintProblems, typeProblems } from "./package-checks.ts";

const run = promisify(execFile);

const PROGRAM = `
import { createAuthorizer } from "auth0-api-gateway-authorizer";
import { identityFrom, type CallerIdentity } from "auth0-api-gateway-authorizer/identity";
import { restApi, startRevocationTable, startFakeTenant } from "auth0-api-gateway-authorizer/testing";
import { createVerifier, VerificationError } from "auth0-api-gateway-authorizer/verifier";
import type { APIGatewayProxyEvent } from "aws-lambda";

async function main(): Promise<void> {
  const tenant = await startFakeTenant();
  const table = await startRevocationTable();
  Object.assign(process.env, table.environment);
  // @ts-expect-error: the types are there, and say that a domain is no number
  const misconfigured = (): unknown => createAuthorizer({ domain: 7 });
  const authorizer = createAuthorizer({
    domain: [tenant.issuer],
    clientIds: ["test-application"],
    logLevel: "silent",
    ...table.settings,
  });
  const hello = (event: APIGatewayProxyEvent): Promise<unknown> => {
    const caller: CallerIdentity = identityFrom(event);
    return Promise.resolve({ statusCode: 200, body: \`Hello \${caller.email}\` });
  };
  const api = restApi({ type: "request", authorizer, routes: { "GET /hello": hello } });
  const response = await api.fetch("/hello", { headers: { authorization: \`Bearer \${tenant.idToken()}\` } });
  const verify = createVerifier(tenant.settings);
  const caller: CallerIdentity = await verify(tenant.idToken());
  const refused: unknown = await verify("").catch((error: unknown) => error);
  const reason = refused instanceof VerificationError ? refused.reason : undefined;
  console.log(response.status, await response.text(), typeof misconfigured, caller.subject, reason);
  await Promise.all([table.close(), tenant.close()]);
}

void main();
`;

const OLD_PROGRAM = `
import { handler } from "auth0-api-gateway-authorizer/handler";
import { identityFrom } from "auth0-api-gateway-authorizer/identity";
import { restApi } from "auth0-api-gateway-authorizer/testing";
import { createVerifier } from "auth0-api-gateway-authorizer/verifier";
import type { APIGatewayRequestAuthorizerHandler } from "aws-lambda";

export const authorizer: APIGatewayRequestAuthorizerHandler = handler;
// @ts-expect-error: the types are there, and say that an event is none of these
identityFrom(restApi);
// @ts-expect-error: the types are there, and say that a domain is no number
createVerifier({ domain: 7 });
`;

const TSC = resolve("node_modules/typescript/bin/tsc");

const TSCONFIG = {
  extends: resolve("node_modules/@tsconfig/strictest/tsconfig.json"),
  compilerOptions: {
    module: "nodenext",
    target: "es2022",
    skipLibCheck: false,
    types: ["node"],
  },
  files: ["program.mts", "program.cts"],
};

let project: string;
let tarball: Buffer;
let stop = (): unknown => undefined;

/** A fresh project that installs the package and its dependencies, all from files. */
beforeAll(async () => {
  project = mkdtempSync(join(tmpdir(), "npm-package-"));
  const packed = await packNpmPackage();
  const { dependencies } = JSON.parse(readFileSync("package.json", "utf8")) as { dependencies: object };
  const others = Object.keys(dependencies).map((name) => pack(`./node_modules/${name}`, project));
  tarball = readFileSync(packed);
  writeFileSync(join(project, "package.json"), JSON.stringify({ name: "fresh", private: true }));
  const tarballs = [packed, ...(await Promise.all(others))];
  await run("npm", ["install", "--offline", "--no-audit", "--no-fund", ...tarballs], { cwd: project });
  symlinkSync(resolve("node_modules/@types"), join(project, "node_modules/@types"));
});
afterAll(() => {
  stop();
  rmSync(project, { recursive: true });
});

describe("the npm package", () => {
  test("has types that agree, and runs, by import and by require", async () => {
    writeFileSync(join(project, "program.mts"), PROGRAM);
    writeFileSync(join(project, "program.cts"), PROGRAM);
    writeFileSync(join(project, "tsconfig.json"), JSON.stringify(TSCONFIG));
    const compiled = run(process.execPath, [TSC], { cwd: project });
    expect(await compiled.catch((error: unknown) => error)).toMatchObject({ stdout: "" });
    for (const program of ["program.mjs", "program.cjs"]) {
      const { stdout } = await run(process.execPath, [program], { cwd: project });
      expect(stdout).toBe("200 Hello alice@example.com function auth0|alice missing_token\n");
    }
  });

  test("has types for a compiler that looks modules up as Node.js 10 did", async () => {
    writeFileSync(join(project, "old.ts"), OLD_PROGRAM);
    const options =
      "--ignoreConfig --noEmit --skipLibCheck --module commonjs --moduleResolution node10 --ignoreDeprecations 6.0 --types node";
    const compiled = run(process.execPath, [TSC, ...options.split(" "), "old.ts"], { cwd: project });
    expect(await compiled.catch((error: unknown) => error)).toMatchObject({ stdout: "" });
  });

  test("brings the command", async () => {
    const { stdout } = await run("node_modules/.bin/auth0-authorizer", ["--help"], { cwd: project });
    expect(stdout).toContain("auth0-authorizer COMMAND");
    const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };
    const asked = await run("node_modules/.bin/auth0-authorizer", ["--version"], { cwd: project });
    expect(asked.stdout).toBe(`${version}\n`);
  });

  test("brings a local tenant, which needs nothing but the package", async () => {
    const program = [
      "node_modules/.bin/auth0-authorizer",
      "tenant",
      "--port",
      "0",
      "--email-domain",
      "acme.com",
    ];
    const tenant = spawn(process.execPath, program, { cwd: project, stdio: ["ignore", "pipe", "inherit"] });
    stop = () => tenant.kill("SIGKILL");
    const lines = createInterface(tenant.stdout);
    const issuer = await new Promise<string>((resolve) => {
      lines.on("line", (line) => line.startsWith("Issuer") && resolve(line.replace(/^Issuer +/, "")));
    });
    const keys = await (await fetch(`${issuer}.well-known/jwks.json`)).json();
    expect(keys).toMatchObject({ keys: [{ kty: "RSA" }, { kty: "RSA" }] });
    const token = await (await fetch(`${issuer}_local/token?type=id`, { method: "POST" })).text();
    const claims = Buffer.from(token.split(".")[1] ?? "", "base64url").toString();
    expect(JSON.parse(claims)).toMatchObject({ iss: issuer, email: "verified@acme.com" });
    tenant.kill("SIGINT");
    expect(await once(tenant, "exit")).toEqual([0, null]);
    const licences = readFileSync(
      join(project, "node_modules/auth0-api-gateway-authorizer/dist/tenant.licenses.txt"),
      "utf8",
    );
    for (const name of ["oidc-provider", "koa", "jose"]) expect(licences).toContain(`--- ${name} `);
  });

  test("brings the bundle that Lambda runs, and the gateway responses", () => {
    const at = (path: string): string =>
      readFileSync(join(project, "node_modules/auth0-api-gateway-authorizer", path), "utf8");
    for (const file of codeFiles("dist").map((name) => `dist/${name}`))
      expect(at(file)).toBe(readFileSync(file, "utf8"));
    expect(at("infra/gateway-responses.yml")).toContain("WWW-Authenticate");
  });

  test("leaves out what its users do not need", () => {
    const paths = filesOf(new Uint8Array(tarball)).map((file) =>
      file.replace(/^.*auth0-api-gateway-authorizer\//, ""),
    );
    expect(paths.filter((path) => !path.startsWith("dist/types/")).sort()).toEqual(
      [
        "CHANGELOG.md",
        "LICENSE",
        "NOTICE",
        "README.md",
        "dist/alarms.json",
        "dist/authorizer.json",
        ...codeFiles("dist").map((name) => `dist/${name}`),
        "dist/authorizer.zip",
        "dist/authorizer.zip.sha256",
        "dist/back-channel-logout.cjs",
        "dist/cdk.cjs",
        "dist/cdk.js",
        "dist/cli.js",
        "dist/gateway-responses.json",
        "dist/handler.cjs",
        "dist/handler.js",
        "dist/identity.cjs",
        "dist/identity.js",
        "dist/index.cjs",
        "dist/index.js",
        "dist/offline.cjs",
        "dist/revocation-writers.zip",
        "dist/revocations.json",
        "dist/revoke-on-event.cjs",
        "dist/serverless.cjs",
        "dist/tenant.js",
        "dist/tenant.licenses.txt",
        "dist/testing.cjs",
        "dist/testing.js",
        "dist/verifier.cjs",
        "dist/verifier.js",
        "infra/gateway-responses.yml",
        "infra/sam/template.yml",
        "infra/terraform/alarms.tf",
        "infra/terraform/gateway-responses.tf",
        "infra/terraform/main.tf",
        "infra/terraform/outputs.tf",
        "infra/terraform/revocations.tf",
        "infra/terraform/variables.tf",
        "infra/terraform/versions.tf",
        "package.json",
      ].sort(),
    );
  });

  test("passes publint", async () => {
    expect(await publintProblems(new Uint8Array(tarball))).toEqual([]);
  });

  test("passes Are the types wrong", async () => {
    expect(await typeProblems(new Uint8Array(tarball))).toEqual([]);
  });
});
