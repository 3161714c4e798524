import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { build, type BuildOptions } from "esbuild";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { takeSnapshot } from "../../src/deploy/package/take-snapshot.ts";
import { bearerEvent, startFakeTenant, type FakeTenant } from "../../src/testing/index.ts";
import { packNpmPackage, unpackAsDependency } from "./npm-package.ts";

/** A whole file of a service that has the authorizer in its own stack. */
const SOURCE = 'export { handler } from "auth0-api-gateway-authorizer/handler";\n';

/** Calls the handler of a file with an event, as Lambda's runtime client would: by import, whatever the file is. */
const CALLER = `
const [, , file, event] = process.argv;
const { handler, default: exported } = await import(file);
console.log(JSON.stringify({ response: await (handler ?? exported.handler)(JSON.parse(event)) }));
`;

/** How serverless-esbuild, SAM and CDK's NodejsFunction call esbuild, each by default or by an option. */
const BUNDLES = [
  ["as CommonJS", { format: "cjs", outfile: "out/cjs/auth.cjs" }],
  ["as an ES module", { format: "esm", outfile: "out/esm/auth.mjs" }],
  [
    "as CommonJS, made smaller",
    { format: "cjs", outfile: "out/small/auth.cjs", minify: true, target: "node20" },
  ],
] as const satisfies readonly (readonly [string, BuildOptions])[];

let project: string;
let tenant: FakeTenant;
beforeAll(async () => {
  project = mkdtempSync(join(tmpdir(), "handler-export-"));
  await unpackAsDependency(await packNpmPackage(), project);
  writeFileSync(join(project, "auth.ts"), SOURCE);
  writeFileSync(join(project, "call.mjs"), CALLER);
  tenant = await startFakeTenant();
});
afterAll(async () => {
  await tenant.close();
  rmSync(project, { recursive: true });
});
afterEach(() => tenant.fail());

interface Called {
  readonly response: {
    readonly policyDocument?: { readonly Statement: readonly unknown[] };
    readonly context?: object;
  };
  readonly lines: readonly Readonly<Record<string, unknown>>[];
}

async function call(file: string, env: Readonly<Record<string, string>> = {}): Promise<Called> {
  const { domain, clientIds } = tenant.settings;
  const settings = { AUTH0_DOMAIN: String(domain), AUTH0_CLIENT_IDS: String(clientIds) };
  const event = JSON.stringify(bearerEvent("rest-request", tenant.idToken()));
  const { stdout } = await promisify(execFile)(process.execPath, ["call.mjs", join(project, file), event], {
    cwd: project,
    env: { ...settings, ...env },
  });
  const printed = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Called["response"] & Called["lines"][number]);
  return { ...(printed.at(-1) as unknown as Called), lines: printed.slice(0, -1) };
}

describe.each(BUNDLES)("./handler, bundled by esbuild %s", (_, options) => {
  beforeAll(async () => {
    const { warnings } = await build({
      ...options,
      entryPoints: ["auth.ts"],
      bundle: true,
      platform: "node",
      absWorkingDir: project,
    });
    expect(warnings).toEqual([]);
  });

  test("allows a signed-in user, as the environment says", async () => {
    const { response } = await call(options.outfile);
    expect(response.context).toMatchObject({ sub: "auth0|alice", email: "alice@example.com" });
  });

  test("counts under the function's name", async () => {
    const { lines } = await call(options.outfile, { AWS_LAMBDA_FUNCTION_NAME: "orders-prod-auth0" });
    expect(lines).toEqual([expect.objectContaining({ event: "decision", function: "orders-prod-auth0" })]);
  });

  test("names a variable that is spelled wrong", async () => {
    const { lines } = await call(options.outfile, { AUTH0_ORGANISATIONS: "org_1" });
    expect(lines).toContainEqual(
      expect.objectContaining({ found: "AUTH0_ORGANISATIONS", meant: "AUTH0_ORGANIZATIONS" }),
    );
  });

  test("does not start with an issue in the environment", async () => {
    await expect(call(options.outfile, { AUTHORIZER_EMAIL_POLICY: "maybe" })).rejects.toThrow(
      /AUTHORIZER_EMAIL_POLICY must/,
    );
  });

  test("leaves its policy without an end under serverless-offline, and only there", async () => {
    const statements = async (env?: Readonly<Record<string, string>>) =>
      (await call(options.outfile, env)).response.policyDocument?.Statement.length;
    expect(await statements()).toBe(2);
    expect(await statements({ IS_OFFLINE: "true" })).toBe(1);
  });

  test("finds a snapshot beside the bundle, and serves with it while the tenant is down", async () => {
    const file = join(project, dirname(options.outfile), "jwks-snapshot.json");
    const snapshot = await takeSnapshot({ issuers: tenant.settings.domain });
    tenant.fail(503);
    await expect(call(options.outfile)).rejects.toThrow(/keys_unavailable/);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, JSON.stringify(snapshot));
    const { response } = await call(options.outfile);
    expect(response.context).toMatchObject({ sub: "auth0|alice" });
    rmSync(file);
  });
});

test("./handler carries nothing that costs a cold start: no HTTP client and no package", async () => {
  const { metafile } = await build({
    entryPoints: ["auth.ts"],
    bundle: true,
    platform: "node",
    format: "esm",
    absWorkingDir: project,
    metafile: true,
    write: false,
  });
  const external = Object.values(metafile.outputs).flatMap(({ imports }) => imports.map(({ path }) => path));
  expect([...new Set(external)].sort()).toEqual([
    "crypto",
    "node:buffer",
    "node:crypto",
    "node:fs",
    "node:net",
  ]);
});
