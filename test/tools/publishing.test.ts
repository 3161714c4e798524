import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { promisify } from "node:util";
import { crc32 } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { parse } from "yaml";
import { storedFiles, zipEntries } from "../infra/zip-entries.ts";
import { codeFiles } from "../../src/deploy/package/function-files.ts";

const run = promisify(execFile);
const NOT_IN_A_CLONE = ["node_modules", "dist", "reports", ".git", ".serverless", ".stryker-tmp"];

/** The project as it is cloned, in which nothing is built before npm publishes it. */
let clone: string;
let published: string;
beforeAll(async () => {
  clone = mkdtempSync(join(tmpdir(), "publishing-"));
  cpSync(".", clone, { recursive: true, filter: (path) => !NOT_IN_A_CLONE.includes(basename(path)) });
  symlinkSync(resolve("node_modules"), join(clone, "node_modules"));
  ({ stdout: published } = await run("npm", ["publish", "--dry-run", "--json"], { cwd: clone }));
});
afterAll(() => rmSync(clone, { recursive: true }));

test("npm publish would upload what it has built before, from a clone in which nothing is built", () => {
  const { exports, bin } = JSON.parse(readFileSync("package.json", "utf8")) as Record<string, object>;
  const named = Array.from(JSON.stringify([exports, bin]).matchAll(/dist\/[^"]+/g), ([path]) => path);
  expect(named.length).toBeGreaterThan(10);
  // What else is in that JSON, and where, is different from one npm to the next.
  for (const path of named) expect(published).toContain(`"path": "${path}"`);
});

test("npm has nothing to warn of where the tarball is installed: no script of the package would run then", () => {
  const { scripts } = JSON.parse(readFileSync("package.json", "utf8")) as { scripts: object };
  const names = Object.keys(scripts);
  expect(names.filter((name) => /^(pre|post)?install$|^prepare$/.test(name))).toEqual([]);
  expect(names).toContain("prepack");
});

describe("the function's zip", () => {
  const archive = readFileSync("dist/authorizer.zip");

  test("has the same bytes wherever and whenever it is built", () => {
    expect(readFileSync(join(clone, "dist/authorizer.zip")).equals(archive)).toBe(true);
  });

  test("has its checksum beside it, as sha256sum --check reads it", () => {
    const sum = createHash("sha256").update(archive).digest("hex");
    expect(readFileSync("dist/authorizer.zip.sha256", "utf8")).toBe(`${sum}  authorizer.zip\n`);
  });

  test("holds the handler, the licence and what is said about the code of others, with permissions to read", () => {
    const paths = [...codeFiles("dist").map((name) => `dist/${name}`), "LICENSE", "NOTICE"];
    expect(zipEntries(archive)).toEqual(paths.map((path) => basename(path)));
    for (const path of paths) expect(archive.includes(readFileSync(path))).toBe(true);
    for (const { crc, attributes, content } of storedFiles(archive))
      expect([crc, attributes >>> 16]).toEqual([crc32(content), 0o100644]);
  });
});

test("the notice names each dependency that is bundled, in the version that is", () => {
  const { dependencies } = JSON.parse(readFileSync("package.json", "utf8")) as {
    dependencies: Readonly<Record<string, string>>;
  };
  // Installed beside the package, and not bundled: only the terminal tool reads YAML.
  const { yaml, ...bundled } = dependencies;
  expect(yaml).toBeDefined();
  const notice = readFileSync("NOTICE", "utf8");
  for (const [name, version] of Object.entries(bundled)) expect(notice).toContain(`${name} ${version},`);
});

test("the workflow that publishes says in the package which repository it publishes from", async () => {
  const workflow = parse(readFileSync(".github/workflows/release.yml", "utf8")) as {
    jobs: { build: { steps: { name?: string; run?: string }[] } };
  };
  const { steps } = workflow.jobs.build;
  const at = (name: string): number => steps.findIndex((step) => step.name === name);
  expect(at("Say where its source is")).toBeGreaterThan(0);
  expect(at("Say where its source is")).toBeLessThan(
    at("Pack the files, which anyone can reproduce byte for byte"),
  );
  const env = {
    ...process.env,
    GITHUB_SERVER_URL: "https://github.com",
    GITHUB_REPOSITORY: "acme/authorizer",
  };
  await run("bash", ["-ec", steps[at("Say where its source is")]?.run ?? "false"], { cwd: clone, env });
  expect(JSON.parse(readFileSync(join(clone, "package.json"), "utf8"))).toMatchObject({
    repository: { type: "git", url: "git+https://github.com/acme/authorizer.git" },
    homepage: "https://github.com/acme/authorizer#readme",
    bugs: { url: "https://github.com/acme/authorizer/issues" },
  });
});
