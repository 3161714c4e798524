import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { packNpmPackage, unpackAsDependency } from "../tools/npm-package.ts";

const CDK = resolve("examples/attach-cdk/node_modules");

/** Runs apps one after the other, and says of each that fails with what error; ends before CDK synthesizes it again. */
const RUN_APPS = `
const errors = {};
for (const app of process.argv.slice(2)) {
  process.env.CDK_OUTDIR = app;
  await import("./" + app + ".mjs").catch((error) => (errors[app] = error.stack));
}
process.stdout.write(JSON.stringify(errors), () => process.exit());
`;

/** A folder with our npm package installed from its tarball, and CDK. */
export async function createCdkFolder(name: string): Promise<string> {
  if (!existsSync(CDK))
    throw new Error("Install CDK first: npx tsx tools/build/install.ts examples/attach-cdk");
  const folder = mkdtempSync(join(tmpdir(), name));
  await unpackAsDependency(await packNpmPackage(), folder);
  for (const dependency of ["aws-cdk-lib", "constructs", "@aws-cdk"])
    symlinkSync(join(CDK, dependency), join(folder, "node_modules", dependency));
  return folder;
}

/**
 * Synthesizes apps in one process, because loading CDK takes seconds: `NAME.mjs` in the folder into the folder `NAME`.
 *
 * @returns the errors of those that fail, by name
 */
export async function synthesize(
  folder: string,
  ...apps: readonly string[]
): Promise<Readonly<Record<string, string>>> {
  writeFileSync(join(folder, "run-apps.mjs"), RUN_APPS);
  const args = ["--preserve-symlinks", "--preserve-symlinks-main", "run-apps.mjs", ...apps];
  const env = { PATH: process.env["PATH"], HOME: folder };
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: folder, env });
  return JSON.parse(stdout) as Record<string, string>;
}
