import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, readFileSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { makeOnce } from "../made-once.ts";
import type { Template } from "../../src/deploy/lint/cloudformation.ts";

const SERVERLESS = resolve("node_modules/serverless/bin/serverless.js");

/** No credentials and no configuration of AWS, wherever the tests run. */
export const NO_CREDENTIALS = { PATH: process.env["PATH"], HOME: tmpdir() };

const BUSES = [
  "AUTH0_EVENT_BUS=aws.partner/auth0.com/acme-1/auth0.events",
  "AUTH0_LOG_EVENT_BUS=aws.partner/auth0.com/acme-1/auth0.logs",
];

/** Parameters of services that several files of tests package. */
export const WITH_REVOCATIONS = ["revocations=on", ...BUSES];
export const WITH_EVERYTHING = [
  ...["revocations=with-logout", "deploy=whoami", "REVOCATION_SILENCE_HOURS=24"],
  ...["REVOCATION_WARM_READ_UNITS=24000", "REVOCATION_SESSION_RETENTION_DAYS=365"],
  ...BUSES,
];

export interface Packaged {
  readonly folder: string;
  readonly templatePath: string;
  readonly template: Template;
}

/**
 * What `serverless package` makes of this service with the required settings and some parameters. Files of tests share
 * it, so none may change it.
 */
export function packageService(...params: readonly string[]): Promise<Packaged> {
  return packageWith(
    "AUTH0_DOMAIN=acme.eu.auth0.com",
    "AUTH0_CLIENT_IDS=WebApp",
    "snapshot=false",
    ...params,
  );
}

async function packageWith(...params: readonly string[]): Promise<Packaged> {
  const hash = createHash("sha256").update(JSON.stringify(params)).digest("hex");
  const service = await makeOnce(`service-${hash}`, (folder) => packageCopy(folder, params));
  const folder = join(service, ".serverless");
  const templatePath = join(folder, "cloudformation-template-update-stack.json");
  const template = JSON.parse(readFileSync(templatePath, "utf8")) as Template;
  return { folder, templatePath, template };
}

/** Of a copy, because Serverless builds in `.serverless` whatever folder it is told, and tests run at the same time. */
async function packageCopy(service: string, params: readonly string[]): Promise<void> {
  for (const path of ["serverless.yml", "package.json", "infra", "dist"])
    cpSync(path, join(service, path), { recursive: true });
  symlinkSync(resolve("node_modules"), join(service, "node_modules"));
  const options = params.map((param) => `--param=${param}`);
  await promisify(execFile)(process.execPath, [SERVERLESS, "package", ...options], {
    cwd: service,
    env: NO_CREDENTIALS,
  });
}
