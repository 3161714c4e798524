import { execFile } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { codeFiles } from "../src/deploy/package/function-files.ts";
import { takeSnapshot } from "../src/deploy/package/take-snapshot.ts";
import { SNAPSHOT_FILE } from "../src/token/keys/snapshot.ts";
import { bearerEvent, startFakeTenant, type FakeTenant } from "../src/testing/index.ts";

/**
 * What Lambda loads. Every kilobyte is read in every cold start: a hundred cost about 3 ms. Permissions by route, stage
 * variables, agents and the description of refused tokens took 10 of them.
 */
const BUNDLE = "dist/authorizer.main.cjs";
const BUDGET_BYTES = 68 * 1024;
const BUDGET_GZIPPED_BYTES = 25 * 1024;
/** What it loads besides where there is a table of revocations. */
const REVOCATIONS = "dist/authorizer.revocations.cjs";
const REVOCATIONS_BUDGET_BYTES = 26 * 1024;
/** Built into Node.js and loaded there anyway, or needed by every verification. */
const LOADED_AT_START = ["crypto", "node:buffer", "node:fs"];
/** What a request to a table is sent and signed with. */
const LOADED_WITH_A_TABLE = ["crypto", "node:crypto", "node:net", "querystring", "url"];
/** Where code of others may come from, and whose it is. */
const DEPENDENCIES = ["node_modules/aws-jwt-verify/", "node_modules/aws4/"];

describe("the bundle", () => {
  let text: string;
  beforeAll(() => {
    text = readFileSync(BUNDLE, "utf8");
  });

  test("stays within its budget", () => {
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(BUDGET_BYTES);
    expect(gzipSync(text).length).toBeLessThanOrEqual(BUDGET_GZIPPED_BYTES);
    expect(statSync(REVOCATIONS).size).toBeLessThanOrEqual(REVOCATIONS_BUDGET_BYTES);
  });

  test("says whose code it contains, and that it was modified (Apache-2.0 §4)", () => {
    const [banner = ""] = /^\/\*![^]*?\*\//.exec(text) ?? [];
    expect(banner).toContain("aws-jwt-verify, Copyright Amazon.com, Inc., Apache-2.0, modified");
    expect(text).toContain("not bundled");
    expect(text).not.toContain("AWS4-HMAC-SHA256");
  });

  test("says whose code signs requests to the table", () => {
    const revocations = readFileSync(REVOCATIONS, "utf8");
    expect(revocations).toMatch(/^\/\*![^*]*aws4, Copyright 2013 Michael Hart, MIT\./);
    expect(revocations).toContain("AWS4-HMAC-SHA256");
  });

  test.each([BUNDLE, REVOCATIONS])(
    "is plain ASCII, which V8 keeps and scans in half the space: %s",
    (file) => {
      expect(/[^\t\n -~]/.exec(readFileSync(file, "utf8"))).toBeNull();
    },
  );

  test("requires no HTTP client, no package and nothing else that costs a start", async () => {
    const required = new Set(await importsOf(text));
    expect([...required].sort()).toEqual([`./${basename(REVOCATIONS)}`, ...LOADED_AT_START]);
    const withTable = new Set(await importsOf(readFileSync(REVOCATIONS, "utf8")));
    expect([...withTable].sort()).toEqual(LOADED_WITH_A_TABLE);
  });
});

describe("what Node.js loads for the bundle", () => {
  let folder: string;
  let tenant: FakeTenant;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "bundle-"));
    for (const file of codeFiles("dist")) copyFileSync(`dist/${file}`, join(folder, file));
    tenant = await startFakeTenant();
  });
  afterAll(async () => {
    await tenant.close();
    rmSync(folder, { recursive: true });
  });

  /** Which files, and which modules that cost a start, are loaded by one that is primed and answers a caller. */
  const loaded = async (env: Readonly<Record<string, string>> = {}): Promise<unknown> => {
    const script = `
      const { handler } = require("./authorizer.cjs");
      const { basename } = require("node:path");
      const isCostly = (name) => ["http", "https"].includes(name.replace("NativeModule ", ""));
      const loaded = () => [
        ...process.moduleLoadList.filter(isCostly),
        ...Object.keys(require.cache).map((file) => basename(file)),
      ];
      handler(${JSON.stringify(bearerEvent("rest-token", tenant.idToken()))})
        .catch(() => undefined)
        .finally(() => process.stderr.write(JSON.stringify(loaded())));`;
    const { stderr } = await promisify(execFile)(process.execPath, ["-e", script], {
      cwd: folder,
      env: {
        AUTH0_DOMAIN: tenant.issuer,
        AUTH0_CLIENT_IDS: tenant.settings.clientIds.join(),
        AWS_LAMBDA_FUNCTION_NAME: "authorizer",
        ...env,
      },
    });
    return JSON.parse(stderr) as unknown;
  };

  test("is an HTTP client only where keys are fetched", async () => {
    expect(await loaded()).toContainEqual(expect.stringMatching(/NativeModule http/));
    const snapshot = await takeSnapshot({ issuers: tenant.settings.domain });
    writeFileSync(join(folder, SNAPSHOT_FILE), JSON.stringify(snapshot));
    expect(await loaded()).toEqual(["authorizer.cjs", "authorizer.main.cjs"]);
  });

  test("is the lookup of revocations only where there is a table", async () => {
    expect(await loaded()).not.toContain(basename(REVOCATIONS));
    expect(await loaded({ REVOCATION_TABLE: "revocations" })).toContain(basename(REVOCATIONS));
  });
});

test("the function's files are the bundle, the line that loads it, and the lookup of revocations", () => {
  expect(codeFiles("dist")).toEqual(["authorizer.cjs", "authorizer.main.cjs", basename(REVOCATIONS)]);
});

test("what the runtime client imports is one line, since Node.js reads it twice", () => {
  const text = readFileSync("dist/authorizer.cjs", "utf8");
  expect(text).toBe('exports.handler = require("./authorizer.main.cjs").handler;\n');
});

describe("what goes into the bundle", () => {
  let inputs: readonly string[];
  beforeAll(async () => {
    const { metafile } = await build({
      entryPoints: ["src/handler.ts"],
      bundle: true,
      write: false,
      metafile: true,
      minify: true,
      platform: "node",
      format: "esm",
      mainFields: ["module", "main"],
      logLevel: "silent",
    });
    inputs = Object.keys(metafile.inputs);
  });

  test("is the source and its dependencies", () => {
    expect(
      inputs.filter((path) => !["src/", ...DEPENDENCIES].some((origin) => path.startsWith(origin))),
    ).toEqual([]);
  });

  test("is nothing that a request does not need", () => {
    expect(inputs.filter((path) => /^src\/(cli|testing|reader|verifier)\b/.test(path))).toEqual([]);
  });
});

/** What is required by a literal name, as esbuild sees it. */
async function importsOf(text: string): Promise<string[]> {
  const { metafile } = await build({
    stdin: { contents: text, loader: "js" },
    bundle: true,
    write: false,
    metafile: true,
    platform: "node",
    packages: "external",
    external: ["./*"],
    logLevel: "silent",
  });
  return Object.values(metafile.inputs).flatMap(({ imports }) => imports.map(({ path }) => path));
}
