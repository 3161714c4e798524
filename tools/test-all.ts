/** Runs what `npm test` runs, and every test that needs more than `npm ci`: all parts, or those that are named. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { answerHelp } from "./build/usage.ts";

interface Part {
  readonly what: string;
  /** Folders with a lock file of their own that this part needs, and what they bring. */
  readonly needs?: Readonly<Record<string, string>>;
  /** Lines of a shell; without any, the tests that test/parts.json lists for this part. */
  readonly commands?: readonly string[];
}

const CDK = { "examples/attach-cdk": "the AWS CDK" };
const VALIDATE = { "tools/validate": "AWS's offline check of templates" };
const MCP = {
  "examples/mcp-server": "version 1 of the SDK of the Model Context Protocol",
  "examples/mcp-server-v2": "its version 2",
};
const WEB = { "examples/verifier-web": "Hono and Express" };
const BROWSER = { "test/browser": "a Chromium for Linux x64" };
const RUNTIMES = { "test/runtimes": "Node.js 20 to 26, and Lambda's runtime client" };
const JEST =
  "--experimental-vm-modules --disable-warning=ExperimentalWarning node_modules/jest/bin/jest.js --selectProjects";

const PARTS: Readonly<Record<string, Part>> = {
  rules: { what: "what npm test runs", commands: ["npm --silent test"] },
  lint: {
    what: "ESLint, Prettier, and code that nothing uses",
    commands: ["eslint .", "prettier --check .", "knip", jest(process.execPath, "lint")],
  },
  simulator: {
    what: "the testing kit's policies beside a second evaluator",
    needs: { "test/iam-simulator": "an evaluator of IAM policies, under the AGPL" },
  },
  packaging: { what: "what Serverless makes of templates", needs: VALIDATE },
  corpus: {
    what: "services as people write them with Serverless, SAM, CDK and Terraform",
    needs: { "test/corpus": "Serverless 3, and plugins that services use", ...CDK },
  },
  package: { what: "the npm package", needs: { "test/tools": "publint and Are the types wrong" } },
  start: { what: "npm start and the services that run on one machine" },
  cdk: { what: "the construct and the stacks of the CDK", needs: { ...CDK, ...VALIDATE } },
  mcp: { what: "the examples of an MCP server", needs: MCP },
  web: { what: "the examples of Hono and Express, on a Web Function too", needs: WEB },
  browser: { what: "the pages in a browser", needs: BROWSER },
  documentation: {
    what: "the pages that are generated, and the commands of the guides",
    needs: {
      "tools/docs": "typedoc",
      "test/mutation": "Stryker",
      ...VALIDATE,
      ...MCP,
      ...BROWSER,
      ...RUNTIMES,
    },
  },
  site: {
    what: "the documentation's site",
    needs: { "tools/docs": "typedoc", site: "VitePress" },
    commands: ["npm --silent run site", jest(process.execPath, "site")],
  },
  fuzz: { what: "the fuzzer in short, and simulations" },
  languages: { what: "what needs Python, Go and Java, which the machine has to have" },
  runtimes: {
    what: "the bundle in Lambda's runtime client, and the rules on each other Node.js",
    needs: RUNTIMES,
    commands: [jest(process.execPath, "runtimes"), ...otherNodes().map((node) => jest(node, "rules"))],
  },
};

answerHelp(`Runs what npm test runs, and every test that needs more than npm ci; a part installs what it needs.

  npm run test:all [-- PART...]

${Object.entries(PARTS)
  .map(([name, { what }]) => `  ${name.padEnd(14)} ${what}`)
  .join("\n")}
`);

const named = process.argv.slice(2);
const unknown = named.filter((name) => !(name in PARTS));
if (unknown.length > 0)
  throw new Error(`no part of the tests: ${unknown.join(", ")}. See: npm run test:all -- --help`);

const failed: string[] = [];
const wanted = named.length > 0 ? named : Object.keys(PARTS);
// npm test builds, and lint reads sources alone; any other part needs what is built.
const needsBuild = !wanted.includes("rules") && wanted.some((name) => name !== "lint");
if (needsBuild && !(await runs("npm --silent run build"))) failed.push("build");
for (const name of wanted) if (!(await passes(name))) failed.push(name);
say(
  `test:all: ${wanted.length - failed.length} parts passed, ${failed.length} failed${failed.map((name) => ` ${name}`).join()}`,
);
if (failed.length > 0) process.exitCode = 1;

async function passes(name: string): Promise<boolean> {
  const { what, needs = {}, commands = [jest(process.execPath, name)] } = PARTS[name] ?? { what: name };
  say(`\n== ${name}: ${what}`);
  const folders = Object.entries(needs);
  if (folders.length > 0) {
    say(
      `Installs, where it is not yet: ${folders.map(([folder, brings]) => `${brings} (${folder})`).join("; ")}.`,
    );
    if (!(await runs(`tsx tools/build/install.ts ${folders.map(([folder]) => folder).join(" ")}`)))
      return false;
  }
  let ok = true;
  const startedAt = performance.now();
  for (const command of commands) ok = (await runs(command)) && ok;
  say(`${name}: ${ok ? "ok" : "failed"} after ${((performance.now() - startedAt) / 1000).toFixed(0)} s`);
  return ok;
}

async function runs(command: string): Promise<boolean> {
  const child = spawn(command, { shell: true, stdio: "inherit" });
  const [code] = (await once(child, "exit")) as [number | null];
  return code === 0;
}

function jest(node: string, project: string): string {
  return `${node} ${JEST} ${project}`;
}

/** The Node.js versions of test/runtimes for this platform, or those that RUNTIMES names, but for the one that runs. */
function otherNodes(): string[] {
  const running = process.versions.node.split(".")[0];
  return (process.env["RUNTIMES"] ?? "20 22 24 26")
    .split(" ")
    .filter((version) => version !== "" && version !== running)
    .map(
      (version) => `test/runtimes/node_modules/node${version}-${process.platform}-${process.arch}/bin/node`,
    );
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
