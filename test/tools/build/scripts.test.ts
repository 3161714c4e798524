import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "scripts-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function run(
  script: string,
  ...args: string[]
): { readonly status: number | null; readonly printed: string } {
  const command = ["--import", import.meta.resolve("tsx"), resolve(script), ...args];
  const { status, stdout, stderr } = spawnSync(process.execPath, command, { cwd: folder, encoding: "utf8" });
  return { status, printed: stdout + stderr };
}

function writePackage(path: string, contents: object): void {
  mkdirSync(join(folder, path), { recursive: true });
  writeFileSync(join(folder, path, "package.json"), JSON.stringify(contents));
}

describe("at-once", () => {
  test("runs all commands, prints what each said, and fails where one fails", () => {
    const { status, printed } = run(
      "tools/build/at-once.ts",
      "echo broken && exit 3",
      "echo fine",
      "echo last",
    );
    expect(status).toBe(1);
    expect(printed).toMatch(/^fine\necho fine: ok after \d+ s$/m);
    expect(printed).toMatch(/^broken\necho broken && exit 3: failed after \d+ s$/m);
    expect(printed).toMatch(/^last$/m);
    expect(printed).toMatch(/^echo last: ok after \d+ s$/m);
  });

  test("fails where only the last fails", () => {
    expect(run("tools/build/at-once.ts", "echo fine", "exit 3").status).toBe(1);
  });

  test("succeeds where all succeed", () => {
    expect(run("tools/build/at-once.ts", "echo fine", "echo last").status).toBe(0);
  });
});

describe("install", () => {
  beforeAll(() => {
    writePackage("apart", {});
    writePackage("apart/library", { name: "library", version: "1.0.0" });
    const npm = ["install", "--offline", "--package-lock-only", "./library"];
    spawnSync("npm", npm, { cwd: join(folder, "apart") });
  });

  test("installs what the lock file says, and nothing again while the file is the same", () => {
    expect(run("tools/build/install.ts", "apart").printed).toBe("Installed apart\n");
    expect(existsSync(join(folder, "apart/node_modules/library"))).toBe(true);
    expect(run("tools/build/install.ts", "apart")).toEqual({ status: 0, printed: "" });
  });

  test("installs again what was removed", () => {
    rmSync(join(folder, "apart/node_modules"), { recursive: true });
    expect(run("tools/build/install.ts", "apart").printed).toBe("Installed apart\n");
  });

  test("fails where npm fails, with what npm said", () => {
    writePackage("apart", { dependencies: { missing: "1.0.0" } });
    rmSync(join(folder, "apart/node_modules"), { recursive: true });
    const { status, printed } = run("tools/build/install.ts", "apart");
    expect(status).toBe(1);
    expect(printed).toMatch(/^npm ci --prefix apart failed\..*/);
  });
});
