import { execFile } from "node:child_process";
import { tmpdir } from "node:os";
import { promisify } from "node:util";
import { answerHelp } from "../build/usage.ts";
import { imitateAws, type ImitatedAws } from "./imitated-aws.ts";

const SERVERLESS = "node_modules/serverless/bin/serverless.js";
const STACK = "auth0-authorizer-rehearsal";
const SETTINGS = ["AUTH0_DOMAIN=acme.eu.auth0.com", "AUTH0_CLIENT_IDS=WebApp"];

/** `serverless deploy` or `remove` against the imitation. The keys are not real, and no real ones are used. */
export async function serverless(
  aws: ImitatedAws,
  command: "deploy" | "remove",
  ...params: readonly string[]
): Promise<string> {
  const options = [...SETTINGS, ...params].map((param) => `--param=${param}`);
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    [SERVERLESS, command, "--stage=rehearsal", "--region=eu-central-1", ...options],
    {
      env: {
        PATH: process.env["PATH"],
        HOME: tmpdir(),
        AWS_ENDPOINT_URL: aws.endpoint,
        AWS_ACCESS_KEY_ID: "imitated",
        AWS_SECRET_ACCESS_KEY: "imitated",
        AWS_EC2_METADATA_DISABLED: "true",
        SLS_TELEMETRY_DISABLED: "1",
        SLS_NOTIFICATIONS_MODE: "off",
      },
    },
  );
  return stdout + stderr;
}

if (process.argv[1] === import.meta.filename) await rehearse();

async function rehearse(): Promise<void> {
  answerHelp(`Deploys this service to an imitation of AWS on this machine, changes it, and removes it.

  npm run rehearse

No account is needed, and no credentials are used.
`);
  const aws = await imitateAws();
  try {
    for (const deploy of ["authorizer", "whoami"]) {
      for (const command of ["deploy", "deploy", "remove"] as const) {
        process.stdout.write(await serverless(aws, command, `deploy=${deploy}`));
      }
      if (aws.stacks.find(STACK) !== undefined) throw new Error(`${STACK} was not removed`);
    }
    process.stdout.write(`${aws.calls.length} calls of AWS, all on loopback. Nothing was left behind.\n`);
  } finally {
    await aws.close();
  }
}
