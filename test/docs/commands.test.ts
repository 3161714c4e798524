import { execFile } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve as absolute } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { blocks, guides } from "./guides.ts";

/** A command is run here, as it stands or in a short form; another file runs it in full; or it needs what CI has not. */
type Way =
  | { readonly run: string; readonly fails?: RegExp }
  | { readonly by: string; readonly which: string }
  | { readonly needs: string };

const AS_IT_STANDS = Symbol("as it stands");
const START = { by: "test/e2e/start.test.ts", which: "commandOfTheGuide" };
const REHEARSED = { by: "test/tools/rehearsal.test.ts", which: "a stage is deployed" };
const TOOL = { by: "test/docs/cli.test.ts", which: "every command in docs/cli.md" };
const TENANT_COMMAND = { by: "test/cli/tenant.test.ts", which: "commandOfTheGuide" };
const ATTACHED = { by: "test/examples/attach.test.ts", which: "createConsumer" };
const PLUGIN = { by: "test/deploy/serverless/plugin.test.ts", which: "consumer.start" };
const QUICK_START = { by: "test/examples/start-serverless.test.ts", which: "consumer.package()" };
const QUICK_START_CDK = { by: "test/examples/start-cdk.test.ts", which: "CDK_OUTDIR" };
const AWS = { needs: "an AWS account" };
const TENANT = { needs: "an Auth0 tenant" };
const EMPTY_FOLDER = { needs: "an empty folder, and a registry" };
const FIRST_COMMAND = { by: ".ci/run", which: "npm ci && npm start" };

/** Every command of the pages, or how it begins; the first that fits counts. */
const WAYS: readonly (readonly [string, Way | typeof AS_IT_STANDS])[] = [
  ["npm ci && npm test", { by: ".ci/run", which: "npm ci && npm test" }],
  ["npm ci && npm start", FIRST_COMMAND],
  ["npm ci", FIRST_COMMAND],
  ["npm test", { by: ".ci/run", which: "npm ci && npm test" }],
  ["npm start", START],
  ["node --import tsx local/start.ts", { run: "node --import tsx local/start.ts --help" }],
  ["npm run build", AS_IT_STANDS],
  ["npm run package -- --param", AS_IT_STANDS],
  ["npx tsx tools/build/install.ts test/browser", AS_IT_STANDS],
  ["npm run token -- --help", AS_IT_STANDS],
  ["npm run site", { by: "tools/test-all.ts", which: "npm --silent run site" }],
  ["npm run format", { by: "package.json", which: "prettier --write ." }],
  ["npx tsx test/contract/write.ts", { by: "package.json", which: "tsx" }],
  ["npx tsx FILE --help", { needs: "the name of a file" }],
  ["npm run check", { by: "package.json", which: "npm run --silent check" }],
  ["npm run test:all -- ", { run: "npm run test:all -- --help" }],
  ["npm run test:all", { by: ".ci/run", which: "npm run --silent test:all" }],
  ["npx tsx tools/docs/figures.ts", AS_IT_STANDS],
  ["npx tsx test/deployed/write-table.ts", { run: "npx tsx test/deployed/write-table.ts --help" }],
  [
    "npx tsx test/authorizer/routes/write-table.ts",
    { run: "npx tsx test/authorizer/routes/write-table.ts --help" },
  ],
  ["npx tsx test/corpus/table.ts", { run: "npx tsx test/corpus/table.ts --help" }],
  ["npx tsx tools/pictures/take.ts", { run: "npx tsx tools/pictures/take.ts --help" }],
  ["npm run docs", { run: "npm run docs -- --help" }],
  ["npm run test:jest -- test/token --watch", { run: "npm run test:jest -- test/token --listTests" }],
  ["npm run test:jest -- test/token/jwt.test.ts", AS_IT_STANDS],
  ["npx tsx test/fuzz/fuzz.ts", { run: "npx tsx test/fuzz/fuzz.ts --help" }],
  // Twenty minutes.
  [
    "npx tsx tools/build/install.ts test/mutation && test/mutation/node_modules/.bin/stryker run",
    { run: "test/mutation/node_modules/.bin/stryker --help" },
  ],
  ["npm run validate", { run: "npm run validate -- --help" }],
  ["npm run rehearse", { run: "npm run rehearse -- --help" }],
  ["npx tsx bench/fleet/run.ts", { run: "npx tsx bench/fleet/run.ts --help" }],
  ["npx tsx bench/entry-points.ts", { run: "npx tsx bench/entry-points.ts --help" }],
  ["npx tsx bench/fleet/revocations.ts", { run: "npx tsx bench/fleet/revocations.ts --help" }],
  ["npx tsx bench/before.ts ../before/dist", { run: "npx tsx bench/before.ts --help" }],
  ["npx tsx bench/revocations.ts", { run: "npx tsx bench/revocations.ts --help" }],
  ["npm run bench", { run: "npx tsx bench/run.ts --help" }],
  ["npx tsx src/cli/main.ts", { run: "npx tsx src/cli/main.ts --help" }],
  [
    "npm run --silent token",
    {
      run: "npm run --silent token -- --issuer http://localhost:9/",
      fails: /^The local tenant does not answer\. Start it with: npm start$/m,
    },
  ],
  ['curl -sX POST "http://localhost:4001/_local/token', TENANT_COMMAND],
  [
    'curl -X POST "http://localhost:4000/_local/',
    { by: "test/e2e/revocation.test.ts", which: "_local/users/" },
  ],
  ['curl -H "Authorization: Bearer $(npm run --silent token)"', { by: START.by, which: "curl" }],
  ["cd test/deployed && npx serverless deploy", { run: "cd test/deployed && npx serverless package" }],
  ["npx tsx test/deployed/run.ts", { run: "npx tsx test/deployed/run.ts", fails: /It needs an AWS account/ }],
  ["npx serverless deploy", REHEARSED],
  [
    "npm install ../auth0-api-gateway-authorizer/",
    { by: "test/tools/npm-package.test.ts", which: '"install", "--offline"' },
  ],
  ["npm init --yes", EMPTY_FOLDER],
  ["npm pkg set type=module", EMPTY_FOLDER],
  ["npm install --save-dev aws-cdk", EMPTY_FOLDER],
  ["npx cdk synth", QUICK_START_CDK],
  ["npx cdk ", AWS],
  ["npx serverless remove", REHEARSED],
  ['curl -i -H "Authorization: Bearer $(curl -sX POST http://localhost:4000/_local/token', TENANT_COMMAND],
  ["curl -i ", AWS],
  ["TOKEN=$(auth0 test token ", TENANT],
  ["aws apigateway ", AWS],
  ["aws lambda ", AWS],
  ["npm install --save-dev serverless-offline", EMPTY_FOLDER],
  ["npm install --save-dev serverless@npm:osls", { by: "package.json", which: '"serverless": "npm:osls@' }],
  [
    "cp node_modules/auth0-api-gateway-authorizer/infra/sam",
    { by: "test/infra/sam.test.ts", which: "infra/sam/template.yml" },
  ],
  ["npx serverless offline --stage local", ATTACHED],
  ["npx serverless offline", PLUGIN],
  ["npx serverless package", QUICK_START],
  ["export AUTH0_", TOOL],
  ["export AWS_REGION", TOOL],
  [
    "npx auth0-authorizer snapshot --domain acme.eu.auth0.com --zip",
    { by: "test/cli/snapshot.test.ts", which: '["--zip", archive, ...handler]' },
  ],
  [
    "aws cloudformation deploy --stack-name acme-auth0-alarms",
    { by: "test/infra/alarms.test.ts", which: "dist/alarms.json" },
  ],
  ["npm pack", { by: "test/tools/publishing.test.ts", which: '"publish", "--dry-run"' }],
  ["npx auth0-authorizer tenant", TENANT_COMMAND],
  ["npx auth0-authorizer", TOOL],
  ["pbpaste | npx auth0-authorizer ", TOOL],
  ['echo "', TOOL],
];

const pages = [...guides].filter(([page]) => /^(README|CONTRIBUTING|(?:docs|bench)\/[\w-]+)\.md$/.test(page));
const commands = [...new Set(pages.flatMap(([, text]) => [...inBlocks(text), ...inSentences(text)]))];

/** One for each line, or for several that a backslash joins; without a comment at its end. */
function inBlocks(text: string): string[] {
  const lines = blocks(text, "sh").flatMap((block) =>
    block
      .replace(/\\\n\s*/g, "")
      .trim()
      .split("\n"),
  );
  return lines.map((line) => line.replace(/\s+#.*$/, "")).filter(Boolean);
}

function inSentences(text: string): string[] {
  return Array.from(text.matchAll(/`((?:npm (?!run`)|npx |node )[^`\n]+)`/g), ([, command = ""]) => command);
}

function wayOf(command: string): Way | undefined {
  const [, way] = WAYS.find(([beginning]) => command.startsWith(beginning)) ?? [];
  return way === AS_IT_STANDS ? { run: command } : way;
}

/** What `npm run test:all -- documentation` has installed so far. */
const INSTALLED = [
  "node_modules",
  "examples/mcp-server/node_modules",
  "test/browser/node_modules",
  "test/mutation/node_modules",
  "test/runtimes/node_modules",
  "tools/docs/node_modules",
  "tools/validate/node_modules",
];
const NOT_IN_A_CLONE = ["node_modules", "dist", "reports", ".git", ".serverless", ".stryker-tmp"];

/** Apart from the project, because some of the commands write into it while other tests read there. */
let clone: string;

beforeAll(async () => {
  clone = mkdtempSync(join(tmpdir(), "clone-"));
  cpSync(".", clone, { recursive: true, filter: (path) => !NOT_IN_A_CLONE.includes(basename(path)) });
  for (const folder of INSTALLED) symlinkSync(absolute(folder), join(clone, folder));
  await buildOnce();
});
afterAll(() => rmSync(clone, { recursive: true }));

interface Ended {
  readonly ok: boolean;
  readonly printed: string;
}

const ended = new Map<string, Promise<Ended>>();

/** In the clone, and once only: several commands of the pages have one short form. */
function shell(command: string): Promise<Ended> {
  const result = ended.get(command) ?? runShell(command);
  ended.set(command, result);
  return result;
}

/** `npm run build` as it stands; then what many scripts begin with finds that it was built. */
async function buildOnce(): Promise<void> {
  await shell("npm run build");
  const path = join(clone, "package.json");
  const { scripts, ...others } = JSON.parse(readFileSync(path, "utf8")) as { scripts: object };
  writeFileSync(path, JSON.stringify({ ...others, scripts: { ...scripts, build: "true" } }));
}

function runShell(command: string): Promise<Ended> {
  return new Promise((resolve) => {
    execFile("bash", ["-c", command], { cwd: clone }, (error, stdout, stderr) =>
      resolve({ ok: error === null, printed: stdout + stderr }),
    ).stdin?.end();
  });
}

describe("the commands of README, CONTRIBUTING and the guides", () => {
  test("are all listed here", () => {
    expect(commands.length).toBeGreaterThan(40);
    expect(commands.filter((command) => wayOf(command) === undefined)).toEqual([]);
    const used = new Set(
      commands.map((command) => WAYS.find(([beginning]) => command.startsWith(beginning))),
    );
    expect(WAYS.filter((way) => !used.has(way)).map(([beginning]) => beginning)).toEqual([]);
  });

  test.each(commands)("%s", async (command) => {
    const way = wayOf(command) ?? { by: "", which: "" };
    if ("needs" in way) {
      expect(way.needs).not.toBe("");
    } else if ("by" in way) {
      expect(existsSync(way.by) && readFileSync(way.by, "utf8")).toContain(way.which);
    } else {
      const { ok, printed } = await shell(way.run);
      if (way.fails) expect(printed).toMatch(way.fails);
      expect([ok, printed]).toEqual([way.fails === undefined, printed]);
    }
  });
});
