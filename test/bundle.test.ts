import { build } from "esbuild";
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { beforeAll, describe, expect, test } from "@jest/globals";

/** What Lambda loads. Every kilobyte is read and parsed in every cold start: a hundred cost about 3 ms. */
const BUNDLE = "dist/authorizer.main.cjs";
const BUDGET_BYTES = 48 * 1024;
const BUDGET_GZIPPED_BYTES = 17 * 1024;
/** Built into Node.js and loaded there anyway, or needed by every verification. */
const LOADED_AT_START = ["crypto", "node:buffer", "node:fs"];
/** Where code of others may come from, and whose it is. */
const DEPENDENCY = "node_modules/aws-jwt-verify/";

describe("the bundle", () => {
  let text: string;
  beforeAll(() => {
    text = readFileSync(BUNDLE, "utf8");
  });

  test("stays within its budget", () => {
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(BUDGET_BYTES);
    expect(gzipSync(text).length).toBeLessThanOrEqual(BUDGET_GZIPPED_BYTES);
  });

  test("says whose code it contains, and that parts of it were replaced (Apache-2.0 §4)", () => {
    const [banner = ""] = /^\/\*![^]*?\*\//.exec(text) ?? [];
    expect(banner).toContain("aws-jwt-verify, Copyright Amazon.com, Inc., Apache-2.0, modified:");
    expect(text).toContain("is not bundled");
  });

  test("is plain ASCII, which V8 keeps and scans in half the space", () => {
    expect(/[^\n -~]/.exec(text)).toBeNull();
  });

  test("loads no HTTP client, no package and nothing else that costs a start", async () => {
    expect([...new Set(await importsOf(text))].sort()).toEqual(LOADED_AT_START);
  });
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

  test("is the source and one dependency", () => {
    expect(inputs.filter((path) => !path.startsWith("src/") && !path.startsWith(DEPENDENCY))).toEqual([]);
  });

  test("is nothing that a request does not need", () => {
    expect(inputs.filter((path) => /^src\/(cli|testing|reader)\//.test(path))).toEqual([]);
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
    logLevel: "silent",
  });
  return Object.values(metafile.inputs).flatMap(({ imports }) => imports.map(({ path }) => path));
}
