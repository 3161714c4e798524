import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "@jest/globals";
import { blocks, guides } from "./guides.ts";

const PROJECT = new URL("../../", import.meta.url);
const EXAMPLES = ["examples/downstream-service/", "examples/verifier/"].map((path) => new URL(path, PROJECT));

const files = EXAMPLES.flatMap((folder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith(".ts"))
    .map((name) => new URL(name, folder)),
);
/** What the pages of `npm start` run in a browser. */
const PAGES = ["auth0-js.ts", "calls.ts", "lock.ts", "session.ts"].map(
  (name) => new URL(`local/page/client/${name}`, PROJECT),
);
const JAVASCRIPT = ["examples/own-stack-cdk/app.mjs", "examples/plugin/hello.mjs"].map(
  (path) => new URL(path, PROJECT),
);
const code = [...files, ...PAGES, ...JAVASCRIPT].map((file) => unindented(readFileSync(file, "utf8")));

const pages = [...guides].filter(([, text]) => /^```(?:ts|js)$/m.test(text));

function unindented(text: string): string {
  return text.replace(/^ +/gm, "");
}

it("snippets are in these pages", () => {
  expect(pages.map(([page]) => page)).toEqual([
    "README.md",
    "docs/behind-the-authorizer.md",
    "docs/calling.md",
    "docs/migration.md",
    "docs/own-claims.md",
    "docs/own-stack.md",
    "docs/plugin.md",
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
  const [snippet = "no snippet", ...others] = blocks(guides.get("docs/own-claims.md") ?? "", language);
  expect(others).toEqual([]);
  expect(uncommented).toContain(snippet.replace(/^[ \t]+/gm, ""));
});
