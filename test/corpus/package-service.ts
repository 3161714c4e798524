import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname, join, resolve } from "node:path";
import type { Service } from "./service.ts";

const MAIN = "cloudformation-template-update-stack.json";

const FRAMEWORKS = {
  osls: resolve("node_modules/serverless/bin/serverless.js"),
  "serverless-3": resolve("test/corpus/node_modules/serverless-3/bin/serverless.js"),
};
const HELLO = 'module.exports.handler = async () => ({ statusCode: 200, body: "ok" });\n';
/** Loaded into each process, where an installation in the folder of the service would be used instead. */
const APART = ["serverless", "serverless-3", ".package-lock.json", ".installed"];

interface Resource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly DependsOn?: string | readonly string[];
}

/** What came of packaging a service. */
export interface Outcome {
  readonly code: number;
  /** All that was printed. */
  readonly printed: string;
  /** The resources of the root template and of every template in a file beside it, by logical ID. */
  readonly resources: Readonly<Record<string, Resource>>;
  /** The root template. */
  readonly main: Template;
  /** The templates beside it, by file name. */
  readonly nested: Readonly<Record<string, Template>>;
  /** Where it was packaged. */
  readonly folder: string;
}

interface Template {
  readonly Resources: Readonly<Record<string, Resource>>;
}

/** Packages each service in a folder of its own under `root`, some at the same time, without credentials. */
export async function packageServices(
  root: string,
  services: readonly Service[],
): Promise<ReadonlyMap<string, Outcome>> {
  linkPackages(join(root, "node_modules"));
  const outcomes = new Map<string, Outcome>();
  const waiting = [...services];
  const work = async (): Promise<void> => {
    for (let service = waiting.shift(); service !== undefined; service = waiting.shift())
      outcomes.set(service.name, await packageService(join(root, service.name), service));
  };
  await Promise.all(Array.from({ length: Math.max(2, availableParallelism()) }, work));
  return outcomes;
}

/** The plugins of `test/corpus`, and ours as it is built, where the folders of the services find them. */
function linkPackages(folder: string): void {
  mkdirSync(folder, { recursive: true });
  const installed = resolve("test/corpus/node_modules");
  for (const name of readdirSync(installed).filter((entry) => !APART.includes(entry)))
    symlinkSync(join(installed, name), join(folder, name));
  const ours = join(folder, "auth0-api-gateway-authorizer");
  mkdirSync(ours);
  for (const name of ["package.json", "dist"]) symlinkSync(resolve(name), join(ours, name));
}

async function packageService(folder: string, service: Service): Promise<Outcome> {
  const { name, yml, files = {}, config = "serverless.yml", framework = "osls", args = [] } = service;
  const text = config === "serverless.yml" ? `service: ${name}\n${yml}` : yml;
  const all = { "package.json": '{ "private": true }\n', "hello.js": HELLO, ...files, [config]: text };
  for (const [path, content] of Object.entries(all)) {
    if (content === "") continue;
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  const { code, printed } = await run(FRAMEWORKS[framework], ["package", ...args], folder);
  const nested = code === 0 ? readTemplates(join(folder, ".serverless")) : {};
  const main = nested[MAIN] ?? { Resources: {} };
  const resources = Object.assign(
    {},
    ...Object.values(nested).map(({ Resources }) => Resources),
  ) as Outcome["resources"];
  return { code, printed, resources, main, nested, folder };
}

function run(
  script: string,
  args: readonly string[],
  cwd: string,
): Promise<{ code: number; printed: string }> {
  const env = {
    PATH: process.env["PATH"],
    HOME: dirname(cwd),
    SLS_NOTIFICATIONS_MODE: "off",
    SLS_TELEMETRY_DISABLED: "1",
    SLS_INTERACTIVE_SETUP_ENABLE: "",
  };
  return new Promise((done) => {
    execFile(process.execPath, [script, ...args], { cwd, env }, (error, stdout, stderr) => {
      done({ code: error === null ? 0 : 1, printed: `${stdout}${stderr}` });
    });
  });
}

function readTemplates(folder: string): Record<string, Template> {
  if (!existsSync(folder)) return {};
  const files = readdirSync(folder).filter(
    (file) => file.endsWith(".json") && !file.includes("create-stack") && file !== "serverless-state.json",
  );
  return Object.fromEntries(
    files.map((file) => [file, JSON.parse(readFileSync(join(folder, file), "utf8")) as Template]),
  );
}
