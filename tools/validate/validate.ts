import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { lintTemplate, formatFinding } from "../../src/deploy/lint/lint.ts";
import type { Template } from "../../src/deploy/lint/cloudformation.ts";
import { complaintsOfAws } from "./aws.ts";

const USAGE = `Checks CloudFormation templates by AWS's own rules and by ours, without an account.

  npm run validate [-- TEMPLATE...]

Without a template, it packages this service, alone, with the API behind it, and with revocations, and checks what comes out.
`;

const SERVERLESS = "node_modules/serverless/bin/serverless.js";

const args = process.argv.slice(2);
if (args.includes("--help")) process.stdout.write(USAGE);
else process.exitCode = await run(args);

async function run(paths: readonly string[]): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "validate-"));
  try {
    const templates =
      paths.length > 0
        ? paths
        : [
            await packaged(folder, "authorizer"),
            await packaged(folder, "whoami"),
            await packaged(folder, "whoami", "with-logout"),
          ];
    const complaints = complaintsOfAws(templates);
    return templates.map((path) => report(path, complaints.get(path))).every(Boolean) ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function packaged(folder: string, deploy: string, revocations = "off"): Promise<string> {
  const tenant = ["AUTH0_DOMAIN=acme.eu.auth0.com", "AUTH0_CLIENT_IDS=WebApp", "snapshot=false"];
  const settings = [...tenant, `deploy=${deploy}`, `revocations=${revocations}`];
  const into = join(folder, `${deploy}-${revocations}`);
  const options = [`--package=${into}`, ...settings.map((setting) => `--param=${setting}`)];
  await promisify(execFile)(process.execPath, [SERVERLESS, "package", ...options]);
  return join(into, "cloudformation-template-update-stack.json");
}

/** Prints what is wrong with a template; true where nothing is. */
function report(path: string, complaintsOfAws: readonly string[] = []): boolean {
  const template = JSON.parse(readFileSync(path, "utf8")) as Template;
  const complaints = [
    ...complaintsOfAws,
    ...lintTemplate(template, { everyFunction: true }).map(formatFinding),
  ];
  const count = Object.keys(template.Resources).length;
  process.stdout.write(`${path}: ${count} resources, ${complaints.length} findings\n`);
  for (const complaint of complaints) process.stdout.write(`  ${complaint}\n`);
  return complaints.length === 0;
}
