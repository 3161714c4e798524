import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { zip } from "../../../src/deploy/package/edit-zip.ts";
import { zipEntries } from "../../infra/zip-entries.ts";

const FILES = {
  "authorizer.cjs": Buffer.from("exports.handler = 1;\n".repeat(99)),
  "empty.json": Buffer.alloc(0),
};

test("a zip names its files, and the same files are the same bytes", () => {
  expect(zipEntries(zip(FILES))).toEqual(["authorizer.cjs", "empty.json"]);
  expect(zip(FILES).equals(zip(FILES))).toBe(true);
});

test("another program unpacks it: the same content, which everybody may read", () => {
  const folder = mkdtempSync(join(tmpdir(), "zip-"));
  try {
    writeFileSync(join(folder, "a.zip"), zip(FILES));
    execFileSync("python3", ["-c", UNPACK, "a.zip"], { cwd: folder });
    for (const [name, content] of Object.entries(FILES))
      expect(readFileSync(join(folder, name))).toEqual(content);
    expect(statSync(join(folder, "authorizer.cjs")).size).toBeGreaterThan(100);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

/** Checks every sum of the zip, that Lambda may read each file, and unpacks it. */
const UNPACK = `
import sys, zipfile
archive = zipfile.ZipFile(sys.argv[1])
assert archive.testzip() is None
assert all(info.external_attr >> 16 == 0o100644 for info in archive.infolist())
archive.extractall()
`;
