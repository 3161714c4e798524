import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";

const parts = JSON.parse(readFileSync("test/parts.json", "utf8")) as Record<string, string[]>;
const FOLDERS = ["bench", "examples", "infra", "local", "src", "test", "tools"];

function testFiles(): string[] {
  return FOLDERS.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: "utf8" }).map((path) => `${folder}/${path}`),
  ).filter((path) => path.endsWith(".test.ts") && !path.includes("node_modules/"));
}

test("a test file belongs to npm test, or to one part of test/parts.json that needs more", () => {
  const apart = Object.values(parts).flat();
  expect(apart.filter((path, index) => apart.indexOf(path) !== index)).toEqual([]);
  const files = testFiles();
  expect(apart.filter((path) => !files.includes(path))).toEqual([]);
  // jest.config.js has the rest of these two folders in npm test.
  expect(files.filter((path) => !apart.includes(path) && !/^(test|examples)\//.test(path))).toEqual([]);
});

test("test:all runs each part", () => {
  const command = ["--import", "tsx", "tools/test-all.ts", "--help"];
  const help = spawnSync(process.execPath, command, { encoding: "utf8" }).stdout.split("\n");
  const described = help.flatMap((line) => /^ {2}(\w+) {2,}\S/.exec(line)?.[1] ?? []);
  expect(described).toEqual(expect.arrayContaining(["rules", "lint", ...Object.keys(parts)]));
});
