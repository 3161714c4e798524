import { beforeEach, describe, expect, test } from "@jest/globals";
import { mkdtempSync, mkdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SNAPSHOT_FILE } from "../../../src/token/keys/snapshot.ts";
import { readSnapshotFile } from "../../../src/token/keys/snapshot.ts";

let file: string;
let ignored: string[];

beforeEach(() => {
  file = join(mkdtempSync(join(tmpdir(), "snapshot-")), "jwks-snapshot.json");
  ignored = [];
});

function read(): ReturnType<typeof readSnapshotFile> {
  return readSnapshotFile(file, (detail) => ignored.push(detail));
}

describe("the file of snapshots", () => {
  test("gives each issuer its keys and their age", () => {
    const keySets = { "https://a.example/": { keys: [1] }, "https://b.example/": { keys: [2] } };
    writeFileSync(file, JSON.stringify({ takenAt: "2026-11-22T12:00:00.000Z", keySets }));
    const takenAt = Date.UTC(2026, 10, 22, 12);
    expect([...read()]).toEqual([
      ["https://a.example/", { jwks: { keys: [1] }, takenAt }],
      ["https://b.example/", { jwks: { keys: [2] }, takenAt }],
    ]);
    expect(ignored).toEqual([]);
  });

  test("may be absent, which is nothing to tell", () => {
    expect(read().size).toBe(0);
    expect(ignored).toEqual([]);
  });

  test.each([
    ["cut off", '{"takenAt"', "JSON"],
    ["null", "null", "takenAt is not a date"],
    ["a string", '"snapshot"', "takenAt is not a date"],
    ["without a date", '{"keySets":{"https://a.example/":{}}}', "takenAt is not a date"],
    ["with an invalid date", '{"takenAt":"yesterday","keySets":{"a":{}}}', "takenAt is not a date"],
    ["without key sets", '{"takenAt":"2026-11-22T12:00:00.000Z"}', "no key sets"],
    ["with key sets of null", '{"takenAt":"2026-11-22T12:00:00.000Z","keySets":null}', "no key sets"],
  ])("is ignored, with the reason, where it is %s", (_name, text, reason) => {
    writeFileSync(file, text);
    expect(read().size).toBe(0);
    expect(ignored).toEqual([expect.stringContaining(file)]);
    expect(ignored).toEqual([expect.stringContaining(reason)]);
  });

  test("has the name that the package puts beside the bundle", () => {
    expect(SNAPSHOT_FILE).toBe("jwks-snapshot.json");
  });

  test("is ignored, with the reason, where it cannot be read", () => {
    mkdirSync(file);
    expect(read().size).toBe(0);
    expect(ignored).toEqual([expect.stringContaining("EISDIR")]);
  });
});
