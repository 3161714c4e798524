import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "@jest/globals";

const EXAMPLE = "examples/downstream-service";
const MODULES = ["@jest/globals", "aws-jwt-verify"];

/** Compiles to CommonJS, as ts-jest, Babel and SWC do unless they are told otherwise. */
const TRANSFORM = `
const { transformSync } = require(${JSON.stringify(resolve("node_modules/esbuild"))});
exports.process = (source) => transformSync(source, { loader: "ts", format: "cjs" });
`;

interface JestReport {
  readonly success: boolean;
  readonly testResults: readonly { readonly name: string }[];
}

it("its tests run in jest without experimental modules", async () => {
  const project = mkdtempSync(join(tmpdir(), "default-jest-"));
  try {
    cpSync(EXAMPLE, project, {
      recursive: true,
      filter: (path) => !/(?:hello|profile)\.test\.ts$/.test(path),
    });
    writeFileSync(join(project, "transform.cjs"), TRANSFORM);
    writeFileSync(
      join(project, "package.json"),
      JSON.stringify({ jest: { transform: { "\\.ts$": "<rootDir>/transform.cjs" } } }),
    );
    link(resolve("."), join(project, "node_modules/auth0-api-gateway-authorizer"));
    for (const name of MODULES) link(resolve("node_modules", name), join(project, "node_modules", name));
    const jest = [resolve("node_modules/jest/bin/jest.js"), "--rootDir", project, "--json"];
    const { stdout } = await promisify(execFile)(process.execPath, jest, { cwd: project });
    const { success, testResults } = JSON.parse(stdout) as JestReport;
    const files = testResults.map(({ name }) => basename(name));
    expect(success).toBe(true);
    expect(files).toEqual(expect.arrayContaining(["orders.test.ts", "chat.test.ts", "revoked.test.ts"]));
  } finally {
    rmSync(project, { recursive: true });
  }
});

function link(target: string, path: string): void {
  mkdirSync(resolve(path, ".."), { recursive: true });
  symlinkSync(target, path);
}
