import { execFile } from "node:child_process";
import { copyFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { build, type Format } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { bearerEvent } from "../../src/testing/events.ts";
import { startWorld, type World } from "./harness.ts";

let world: World;
let folder: string;
beforeAll(async () => {
  world = await startWorld();
  world.table.revokeSession("ended");
  folder = mkdtempSync(join(tmpdir(), "entry-points-"));
});
afterAll(async () => {
  await world.close();
  rmSync(folder, { recursive: true });
});

const FUNCTION = readdirSync("dist").filter((name) => /^authorizer.*\.cjs$/.test(name));

/** The zip's files, as Lambda has them. */
function unpacked(name: string, files = FUNCTION): string {
  const at = mkdtempSync(join(folder, `${name}-`));
  for (const file of files) copyFileSync(`dist/${file}`, join(at, file));
  return join(at, "authorizer.cjs");
}

/** Another team's service that is bundled into one file. */
async function bundled(name: string, code: string, format: Format): Promise<string> {
  const outfile = join(folder, `${name}.${format === "esm" ? "mjs" : "cjs"}`);
  await build({
    stdin: { contents: code, resolveDir: resolve(".") },
    outfile,
    bundle: true,
    platform: "node",
    format,
    logLevel: "silent",
  });
  return outfile;
}

const HANDLER = 'export { handler } from "./dist/handler.js";';
const OWN = `
  import { createAuthorizer } from "./dist/index.js";
  const [domain, clientIds] = [[process.env.AUTH0_DOMAIN], [process.env.AUTH0_CLIENT_IDS]];
  export const handler = createAuthorizer({ domain, clientIds, revocationTable: process.env.REVOCATION_TABLE });
`;

const VERIFIER = `
  import { createVerifier, settingsFromEnvironment } from "./dist/verifier.js";
  const verify = createVerifier(settingsFromEnvironment(process.env));
  export const handler = ({ authorizationToken }) =>
    verify(authorizationToken.slice("Bearer ".length)).catch(({ reason }) => {
      throw new Error(reason === "revoked" ? "Unauthorized" : reason);
    });
`;

/** What a handler makes of tokens: `allow`, or the message of its error. */
async function outcomes(file: string, env: Record<string, string>, ...sessions: string[]): Promise<unknown> {
  const script = join(folder, `${Math.random()}.mjs`);
  writeFileSync(
    script,
    `const { handler } = await import(process.argv[2]);
     const outcomes = [];
     for (const event of JSON.parse(process.argv[3]))
       outcomes.push(await handler(event).then(() => "allow", ({ message }) => message));
     process.stderr.write(JSON.stringify({ outcomes }));`,
  );
  const events = sessions.map((sid) => bearerEvent("rest-token", world.tenant.idToken({ claims: { sid } })));
  const settings = { AUTH0_DOMAIN: world.tenant.issuer, AUTH0_CLIENT_IDS: "test-application" };
  const { stderr } = await promisify(execFile)(process.execPath, [script, file, JSON.stringify(events)], {
    env: { ...settings, ...env },
  });
  return JSON.parse(stderr) as unknown;
}

const withTable = (): Record<string, string> => ({
  REVOCATION_TABLE: world.table.name,
  ...world.table.environment,
});

describe("a revoked token is rejected, and another is not, by", () => {
  test.each<readonly [string, () => string | Promise<string>]>([
    ["the function of the zip", () => unpacked("zip")],
    ["the handler as an ES module", () => resolve("dist/handler.js")],
    ["the handler as CommonJS", () => resolve("dist/handler.cjs")],
    ["the handler, bundled into an ES module", () => bundled("handler", HANDLER, "esm")],
    ["the handler, bundled into CommonJS", () => bundled("handler", HANDLER, "cjs")],
    ["an authorizer of the service, bundled into CommonJS", () => bundled("own", OWN, "cjs")],
    ["a verifier, bundled into an ES module", () => bundled("verifier", VERIFIER, "esm")],
    ["a verifier, bundled into CommonJS", () => bundled("verifier", VERIFIER, "cjs")],
    [
      "an authorizer of the service, not bundled",
      async () => {
        const file = join(folder, "own-plain.mjs");
        writeFileSync(file, OWN.replace("./dist/index.js", resolve("dist/index.js")));
        return Promise.resolve(file);
      },
    ],
  ])("%s", async (_, entryPoint) => {
    expect(await outcomes(await entryPoint(), withTable(), "ended", "other")).toMatchObject({
      outcomes: ["Unauthorized", "allow"],
    });
  });
});

test("without a table, no token counts as revoked", async () => {
  expect(await outcomes(unpacked("without"), {}, "ended")).toEqual({ outcomes: ["allow"] });
});
