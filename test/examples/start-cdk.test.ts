import { execFile } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { transformSync } from "esbuild";
import { lintTemplate } from "../../src/deploy/lint/lint.ts";
import { getResources, type Template } from "../../src/deploy/lint/cloudformation.ts";
import { packNpmPackage, unpackAsDependency } from "../tools/npm-package.ts";

const run = promisify(execFile);
const CDK = resolve("examples/attach-cdk/node_modules");

let folder: string;
let template: Template;
beforeAll(async () => {
  if (!existsSync(CDK))
    throw new Error("Install CDK first: npx tsx tools/build/install.ts examples/attach-cdk");
  folder = mkdtempSync(join(tmpdir(), "start-cdk-"));
  cpSync("examples/start-cdk", folder, { recursive: true });
  await unpackAsDependency(await packNpmPackage(), folder);
  for (const name of ["aws-cdk-lib", "constructs", "@aws-cdk"])
    symlinkSync(join(CDK, name), join(folder, "node_modules", name));
  symlinkSync(resolve("node_modules/esbuild"), join(folder, "node_modules/esbuild"));
  writeFileSync(join(folder, "package-lock.json"), "{}");
  const app = transformSync(readFileSync("examples/start-cdk/app.ts", "utf8"), { loader: "ts" });
  writeFileSync(join(folder, "app.mjs"), app.code);
  const path = `${join(folder, "node_modules/esbuild/bin")}:${process.env["PATH"] ?? ""}`;
  const env = { PATH: path, HOME: folder, CDK_OUTDIR: join(folder, "out") };
  await run(process.execPath, ["--preserve-symlinks", "app.mjs"], { cwd: folder, env });
  template = JSON.parse(readFileSync(join(folder, "out/Shop.template.json"), "utf8")) as Template;
});
afterAll(() => rmSync(folder, { recursive: true }));

test("the quick start for CDK synthesizes, and its one route is guarded", () => {
  expect(lintTemplate(template).filter(({ severity }) => severity === "error")).toEqual([]);
  const routes = getResources(template, "AWS::ApiGatewayV2::Route");
  expect(routes.map(({ properties }) => [properties["RouteKey"], properties["AuthorizationType"]])).toEqual([
    ["GET /hello", "CUSTOM"],
  ]);
});

test("its files compile against the types of CDK and of the package", async () => {
  const tsc = run(process.execPath, ["node_modules/typescript/bin/tsc", "-p", "examples/start-cdk"]);
  expect(await tsc.catch((error: unknown) => error)).toMatchObject({ stdout: "" });
});
