import { spawnSync } from "node:child_process";
import { basename } from "node:path";
import { build } from "esbuild";
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { codeFiles } from "../src/cli/function-zip.ts";

/** What Lambda loads. Every kilobyte is read and parsed in every cold start: a hundred cost about 3 ms. */
const BUNDLE = "dist/authorizer.main.cjs";
const BUDGET_BYTES = 37 * 1024;
const BUDGET_GZIPPED_BYTES = 15 * 1024;
/** Built into Node.js and loaded there anyway, or needed by every verification. */
const LOADED_AT_START = ["crypto", "node:buffer", "node:fs"];
/** What keeps and reads a list of revocations, loaded only where there is a table. */
const REVOCATION_LISTS = "dist/authorizer.revocation-lists.cjs";
const REVOCATION_LISTS_BUDGET_BYTES = 18.5 * 1024;
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

  test("says whose code it contains, and that it was modified (Apache-2.0 §4)", () => {
    const [banner = ""] = /^\/\*![^]*?\*\//.exec(text) ?? [];
    expect(banner).toContain("aws-jwt-verify, Copyright Amazon.com, Inc., Apache-2.0, modified.");
    expect(text).toContain("not bundled");
  });

  test("is plain ASCII, which V8 keeps and scans in half the space", () => {
    expect(/[^\n -~]/.exec(text)).toBeNull();
  });

  test("loads no HTTP client, no package and nothing else that costs a start", async () => {
    const packages = (await importsOf(text)).filter((name) => !name.startsWith("./"));
    expect([...new Set(packages)].sort()).toEqual(LOADED_AT_START);
  });
});

test("what the runtime client imports is one line, since Node.js reads it twice", () => {
  const text = readFileSync("dist/authorizer.cjs", "utf8");
  expect(text).toBe('exports.handler = require("./authorizer.main.cjs").handler;\n');
});

describe("what keeps a list of revocations", () => {
  const text = readFileSync(REVOCATION_LISTS, "utf8");

  test("stays within its budget", () => {
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(REVOCATION_LISTS_BUDGET_BYTES);
  });

  test("has what its first user calls compiled at once", () => {
    expect(text).toMatch(/\.prototype\.sign=\(function\(/);
  });
});

test.each([REVOCATION_LISTS, "dist/table-reader.cjs"])("%s says whose code it contains", (file) => {
  expect(readFileSync(file, "utf8")).toMatch(
    /^\/\*!.*Contains aws4, Copyright 2013 Michael Hart, MIT\. \*\//,
  );
});

test("what reads a table requires nothing, so that it can be bundled into an ES module", async () => {
  expect(await importsOf(readFileSync("dist/table-reader.cjs", "utf8"))).toEqual([]);
});

describe("what few requests need", () => {
  const files = codeFiles("dist").filter(
    (name) => name.split(".").length > 2 && name !== "authorizer.main.cjs",
  );

  test("is in files of its own, beside the bundle", () => {
    expect(files).toEqual([
      "authorizer.actor.cjs",
      "authorizer.custom-claims.cjs",
      "authorizer.failure.cjs",
      "authorizer.fault.cjs",
      "authorizer.fetch.cjs",
      "authorizer.issuer-url.cjs",
      "authorizer.misspelling.cjs",
      "authorizer.mistakes.cjs",
      "authorizer.optional-access-rules.cjs",
      "authorizer.optional-rules.cjs",
      "authorizer.optional-values.cjs",
      "authorizer.reasons.cjs",
      "authorizer.refused-response.cjs",
      "authorizer.revocation-lists.cjs",
      "authorizer.subprotocol.cjs",
    ]);
  });

  /** The files of `dist/` that a process has loaded which starts the function and sends it an event. */
  const loadedFor = (event: unknown, env: Record<string, string> = {}): unknown => {
    const script = `
      const { handler } = require("./dist/authorizer.cjs");
      const tell = () => process.stderr.write(JSON.stringify(Object.keys(require.cache)));
      handler(${JSON.stringify(event)}).then(tell, tell);`;
    const { stderr } = spawnSync(process.execPath, ["-e", script], {
      env: { AUTH0_DOMAIN: "acme.eu.auth0.com", AUTH0_CLIENT_IDS: "WebApp", ...env },
      encoding: "utf8",
    });
    return (JSON.parse(stderr) as string[])
      .map((path) => basename(path))
      .filter((name) => files.includes(name));
  };

  test.each([
    ["what a refusal needs", {}, []],
    ["nothing more, where a setting has no rule", { AUTHORIZER_LOG_LEVEL: "warn" }, []],
    [
      "the list of revocations, where there is a table",
      { REVOCATION_TABLE: "revocations" },
      ["authorizer.optional-values.cjs", "authorizer.revocation-lists.cjs"],
    ],
    [
      "claims of the team's own, where they are set",
      { AUTH0_CONTEXT_CLAIMS: "roles=https://acme.com/roles" },
      ["authorizer.optional-rules.cjs", "authorizer.optional-values.cjs"],
    ],
    [
      "the search for what was meant, where a variable is like ours",
      { AUTH0_CLIENT_ID: "WebApp" },
      ["authorizer.fault.cjs", "authorizer.misspelling.cjs"],
    ],
  ])("is loaded when it is needed: %s", (_, env, expected) => {
    const missing = { type: "TOKEN", methodArn: "arn:aws:execute-api:eu-west-1:1:api/prod/GET/" };
    const loaded = loadedFor(missing, env) as string[];
    // The first keys are fetched when the function starts, since there is no snapshot, and the event has no token.
    const always = ["authorizer.fetch.cjs", "authorizer.reasons.cjs", "authorizer.refused-response.cjs"];
    expect(loaded.sort()).toEqual([...always, ...expected].sort());
  });
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
      external: ["./revocations/table-reader.ts"],
      logLevel: "silent",
    });
    inputs = Object.keys(metafile.inputs);
  });

  test("is the source and one dependency", () => {
    expect(inputs.filter((path) => !path.startsWith("src/") && !path.startsWith(DEPENDENCY))).toEqual([]);
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
