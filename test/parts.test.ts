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

function run(...args: string[]): string[] {
  const { stdout } = spawnSync(process.execPath, args, { encoding: "utf8" });
  return stdout.trim().split("\n");
}

test("each test file belongs to one part: npm test's, or one of test/parts.json", () => {
  const apart = Object.values(parts).flat();
  const jest = ["--experimental-vm-modules", "node_modules/jest/bin/jest.js", "--listTests"];
  const rules = run(...jest, "--selectProjects", "rules").flatMap(
    (path) => path.split(`${process.cwd()}/`)[1] ?? [],
  );
  expect([...rules, ...apart].sort()).toEqual(testFiles().sort());
});

test("test:all runs each part", () => {
  const help = run("--import", "tsx", "tools/test-all.ts", "--help");
  const described = help.flatMap((line) => /^ {2}(\w+) {2,}\S/.exec(line)?.[1] ?? []);
  expect(described).toEqual(expect.arrayContaining(["rules", "lint", ...Object.keys(parts)]));
});
