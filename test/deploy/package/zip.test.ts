import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { readZip } from "../../../src/deploy/package/read-zip.ts";
import { zip } from "../../../src/deploy/package/zip.ts";
import { zipEntries } from "../../infra/zip-entries.ts";

const FILES: Readonly<Record<string, Buffer>> = {
  "authorizer.cjs": Buffer.from("exports.handler = 1;\n".repeat(99)),
  "empty.json": Buffer.alloc(0),
  "müller.json": Buffer.from("{}"),
};
const ENTRIES = Object.entries(FILES).map(([name, content]) => ({ name, content }));

describe.each([{ deflate: false }, { deflate: true }])("a zip with %j", (options) => {
  test("names its files, and the same files are the same bytes", () => {
    expect(zipEntries(zip(ENTRIES, options))).toEqual(Object.keys(FILES));
    expect(zip(ENTRIES, options).equals(zip(ENTRIES, options))).toBe(true);
  });

  test("is read by our reader, and only what is wanted", () => {
    expect(readZip(zip(ENTRIES, options))).toEqual(ENTRIES);
    expect(readZip(zip(ENTRIES, options), (name) => name === "empty.json")).toEqual(ENTRIES.slice(1, 2));
  });

  test("is unpacked by another program: the same content, which all users may read", () => {
    const folder = mkdtempSync(join(tmpdir(), "zip-"));
    try {
      writeFileSync(join(folder, "a.zip"), zip(ENTRIES, options));
      execFileSync("python3", ["-c", UNPACK, "a.zip"], { cwd: folder });
      for (const [name, content] of Object.entries(FILES))
        expect(readFileSync(join(folder, name))).toEqual(content);
      expect(statSync(join(folder, "authorizer.cjs")).size).toBeGreaterThan(100);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

/** Checks every sum of the zip, that Lambda may read each file, and unpacks it. */
const UNPACK = `
import sys, zipfile
archive = zipfile.ZipFile(sys.argv[1])
assert archive.testzip() is None
assert all(info.external_attr >> 16 == 0o100644 for info in archive.infolist())
archive.extractall()
`;
