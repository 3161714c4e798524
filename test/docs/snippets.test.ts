import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { promisify } from "node:util";
import { expect, it } from "@jest/globals";
import { blocks, guides } from "./guides.ts";

const PROJECT = new URL("../../", import.meta.url);
const EXAMPLES = ["downstream-service", "verifier", "clients", "start-cdk"].map(
  (name) => new URL(`examples/${name}/`, PROJECT),
);

const files = EXAMPLES.flatMap((folder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith(".ts"))
    .map((name) => new URL(name, folder)),
);
const JAVASCRIPT = [
  "own-stack-cdk/app.mjs",
  "own-stack-cdk/routes.mjs",
  "plugin/hello.mjs",
  "start-serverless/hello.mjs",
].map((path) => new URL(`examples/${path}`, PROJECT));
const code = [...files, ...JAVASCRIPT].map((file) => unindented(readFileSync(file, "utf8")));

const pages = [...guides].filter(([, text]) => /^```(?:ts|js)$/m.test(text));

function unindented(text: string): string {
  return text.replace(/^ +/gm, "");
}

it("snippets are in these pages", () => {
  expect(pages.map(([page]) => page)).toEqual([
    "docs/bundlers.md",
    "docs/cdk.md",
    "docs/custom-claims.md",
    "docs/identity.md",
    "docs/migration.md",
    "docs/plugin.md",
    "docs/start-cdk.md",
    "docs/start-serverless.md",
    "docs/testing.md",
    "docs/verifier.md",
  ]);
});

it.each(pages)("every snippet in %s is a part of the example, which is compiled and run", (_page, text) => {
  const snippets = [...blocks(text, "ts"), ...blocks(text, "js")].map(unindented);
  const unknown = snippets.filter((snippet) => !code.some((file) => file.includes(snippet)));
  expect(snippets.length).toBeGreaterThan(0);
  expect(unknown).toEqual([]);
});

const READERS = [
  ["python", "readers/python/caller_identity.py"],
  ["go", "readers/go/identity.go"],
  ["java", "readers/java/CallerIdentity.java"],
] as const;

it.each(READERS)("the snippet in %s is the example at the head of its reader", (language, reader) => {
  const uncommented = readFileSync(reader, "utf8").replace(/^(?:\/\/| \*)?[ \t]*/gm, "");
  const [snippet = "no snippet", ...others] = blocks(guides.get("docs/custom-claims.md") ?? "", language);
  expect(others).toEqual([]);
  expect(uncommented).toContain(snippet.replace(/^[ \t]+/gm, ""));
});

it("the browser clients compile: complete files, as they are pasted", async () => {
  const tsc = ["node_modules/typescript/bin/tsc", "-p", "examples/clients"];
  const { stdout } = await promisify(execFile)(process.execPath, tsc);
  expect(stdout).toBe("");
  const page = unindented(guides.get("docs/migration.md") ?? "");
  for (const name of ["auth0-js.ts", "lock.ts", "spa.ts"])
    expect(page).toContain(unindented(readFileSync(`examples/clients/${name}`, "utf8")));
});

it("the Action of the dashboard's page is the one of infra/auth0, with names in place of keywords", () => {
  const action = readFileSync("infra/auth0/actions/add-email-to-access-token.js", "utf8")
    .replace(/^\/\*[^]*?\*\/\n/gm, "")
    .replace("##API_IDENTIFIER##", "https://api.acme.com/")
    .replace("##EMAIL_CLAIM##", "https://acme.com/email");
  expect(blocks(guides.get("docs/auth0-setup.md") ?? "", "javascript")).toEqual([action]);
});

it.each([
  ["README.md", "yaml"],
  ["docs/start-serverless.md", "yaml"],
])("the service in %s is the example, which is packaged", (page, language) => {
  const [, ...lines] = readFileSync("examples/start-serverless/serverless.yml", "utf8").split("\n");
  expect(blocks(guides.get(page) ?? "", language)).toContain(lines.join("\n"));
});
