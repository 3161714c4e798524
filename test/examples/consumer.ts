import { execFile, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import type { Template } from "../../src/deploy/lint/cloudformation.ts";
import { unpackAsDependency } from "../tools/npm-package.ts";
import { NO_CREDENTIALS } from "../infra/packaged.ts";

const SERVERLESS = resolve("node_modules/serverless/bin/serverless.js");
const START_LIMIT_MS = 180_000;
const POLL_MS = 100;

/** A service of another team, in a folder of its own, with our npm package installed. */
export interface Consumer {
  readonly folder: string;
  /** What `serverless package` makes of it, without credentials. */
  package(): Promise<Template>;
  /** `serverless offline --stage local`, until something listens at the port. */
  start(port: number, options: readonly string[]): Promise<void>;
  /** What it printed until it answered. */
  readonly printed: string;
  remove(): Promise<void>;
}

export async function createConsumer(example: string, tarball: string): Promise<Consumer> {
  const folder = mkdtempSync(join(tmpdir(), `${example}-`));
  cpSync(join("examples", example), folder, { recursive: true });
  await unpackAsDependency(tarball, folder);
  for (const dependency of ["serverless-offline", "aws-jwt-verify"])
    symlinkSync(resolve("node_modules", dependency), join(folder, "node_modules", dependency));
  let offline: ChildProcess | undefined;
  let printed = "";
  return {
    folder,
    get printed() {
      return printed;
    },
    package: () => packageService(folder),
    start: async (port, options) => {
      offline = startOffline(folder, options);
      printed = await untilAnswering(offline, port);
    },
    remove: async () => {
      // Asked to end, it would wait for its connections.
      if (offline?.kill("SIGKILL")) await once(offline, "exit");
      rmSync(folder, { recursive: true });
    },
  };
}

async function packageService(folder: string): Promise<Template> {
  await promisify(execFile)(process.execPath, [SERVERLESS, "package"], { cwd: folder, env: NO_CREDENTIALS });
  const template = join(folder, ".serverless/cloudformation-template-update-stack.json");
  return JSON.parse(readFileSync(template, "utf8")) as Template;
}

function startOffline(folder: string, options: readonly string[]): ChildProcess {
  return spawn(process.execPath, [SERVERLESS, "offline", "start", "--stage=local", ...options], {
    cwd: folder,
    env: { ...process.env, SLS_NOTIFICATIONS_MODE: "off", SLS_TELEMETRY_DISABLED: "1" },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

async function untilAnswering(offline: ChildProcess, port: number): Promise<string> {
  let printed = "";
  for (const stream of [offline.stdout, offline.stderr]) {
    stream?.on("data", (chunk: Buffer) => (printed += chunk.toString()));
  }
  const deadline = Date.now() + START_LIMIT_MS;
  while (!(await answers(port))) {
    if (offline.exitCode !== null || Date.now() > deadline) throw new Error(`Did not start:\n${printed}`);
    await sleep(POLL_MS);
  }
  return printed;
}

function answers(port: number): Promise<boolean> {
  return fetch(`http://localhost:${port}/`).then(
    () => true,
    () => false,
  );
}
