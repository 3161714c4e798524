import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import type { Template } from "../../src/deploy/lint/cloudformation.ts";

const SERVERLESS = resolve("node_modules/serverless/bin/serverless.js");

/** No credentials and no configuration of AWS, wherever the tests run. */
export const NO_CREDENTIALS = { PATH: process.env["PATH"], HOME: tmpdir() };

export interface Packaged {
  readonly folder: string;
  readonly templatePath: string;
  readonly template: Template;
  remove(): void;
}

/** What `serverless package` makes of this service with the required settings and some parameters. */
export function packageService(...params: readonly string[]): Promise<Packaged> {
  return packageWith(
    "AUTH0_DOMAIN=acme.eu.auth0.com",
    "AUTH0_CLIENT_IDS=WebApp",
    "snapshot=false",
    ...params,
  );
}

/**
 * What `serverless package` makes of this service with these parameters and no others: of a copy, because it builds in
 * `.serverless` whatever folder it is told, and tests run at the same time.
 */
async function packageWith(...params: readonly string[]): Promise<Packaged> {
  const service = mkdtempSync(join(tmpdir(), "package-"));
  for (const path of ["serverless.yml", "package.json", "infra", "dist"])
    cpSync(path, join(service, path), { recursive: true });
  symlinkSync(resolve("node_modules"), join(service, "node_modules"));
  const folder = join(service, ".serverless");
  const options = params.map((param) => `--param=${param}`);
  await promisify(execFile)(process.execPath, [SERVERLESS, "package", ...options], {
    cwd: service,
    env: NO_CREDENTIALS,
  });
  const templatePath = join(folder, "cloudformation-template-update-stack.json");
  return {
    folder,
    templatePath,
    template: JSON.parse(readFileSync(templatePath, "utf8")) as Template,
    remove: () => rmSync(service, { recursive: true }),
  };
}
