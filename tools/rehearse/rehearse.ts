import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { answerHelp } from "../build/usage.ts";
import { startFakeAws, type FakeAws } from "./fake-aws.ts";

const SERVERLESS = resolve("node_modules/serverless/bin/serverless.js");
const STACK = "auth0-authorizer-rehearsal";
const PLUGIN_STACK = "plugin-example-rehearsal";
const SETTINGS = ["AUTH0_DOMAIN=acme.eu.auth0.com", "AUTH0_CLIENT_IDS=WebApp", "snapshot=false"];

type Command = "deploy" | "remove";

/** `serverless deploy` or `remove` of this project, against the fake. */
export function serverless(aws: FakeAws, command: Command, ...params: readonly string[]): Promise<string> {
  return serverlessIn(".", aws, command, [...SETTINGS, ...params]);
}

/** `serverless deploy` or `remove` of the service in a folder. The keys are not real, and no real ones are used. */
export async function serverlessIn(
  folder: string,
  aws: FakeAws,
  command: Command,
  params: readonly string[] = [],
): Promise<string> {
  const options = params.map((param) => `--param=${param}`);
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    [SERVERLESS, command, "--stage=rehearsal", "--region=eu-central-1", ...options],
    {
      cwd: folder,
      env: {
        PATH: process.env["PATH"],
        HOME: tmpdir(),
        AWS_ENDPOINT_URL: aws.endpoint,
        AWS_ACCESS_KEY_ID: "fake",
        AWS_SECRET_ACCESS_KEY: "fake",
        AWS_EC2_METADATA_DISABLED: "true",
        SLS_TELEMETRY_DISABLED: "1",
        SLS_NOTIFICATIONS_MODE: "off",
      },
    },
  );
  return stdout + stderr;
}

/** The example of the plugin as a service of its own, with this project as its npm package: its folder. */
export function pluginExample(): string {
  const folder = mkdtempSync(join(tmpdir(), "rehearsal-"));
  cpSync("examples/plugin", folder, { recursive: true });
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(process.cwd(), join(folder, "node_modules/auth0-api-gateway-authorizer"));
  symlinkSync(resolve("node_modules/serverless-offline"), join(folder, "node_modules/serverless-offline"));
  return folder;
}

if (process.argv[1] === import.meta.filename) await rehearse();

async function rehearse(): Promise<void> {
  answerHelp(`Deploys this service to a fake AWS on this machine, changes it, and removes it. Then it does the
same with a service that has the authorizer by the plugin, examples/plugin.

  npm run rehearse

No account is needed, and no credentials are used.
`);
  const aws = await startFakeAws();
  try {
    for (const deploy of ["authorizer", "whoami"]) {
      for (const command of ["deploy", "deploy", "remove"] as const) {
        process.stdout.write(await serverless(aws, command, `deploy=${deploy}`));
      }
      if (aws.stacks.find(STACK) !== undefined) throw new Error(`${STACK} was not removed`);
    }
    await rehearsePlugin(aws);
    process.stdout.write(`${aws.calls.length} calls of AWS, all on loopback. Nothing was left behind.\n`);
  } finally {
    await aws.close();
  }
}

async function rehearsePlugin(aws: FakeAws): Promise<void> {
  const folder = pluginExample();
  try {
    for (const command of ["deploy", "deploy", "remove"] as const) {
      process.stdout.write(await serverlessIn(folder, aws, command));
    }
    if (aws.stacks.find(PLUGIN_STACK) !== undefined) throw new Error(`${PLUGIN_STACK} was not removed`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
