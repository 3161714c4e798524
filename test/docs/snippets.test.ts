import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "@jest/globals";

const PROJECT = new URL("../../", import.meta.url);
const EXAMPLE = new URL("examples/downstream-service/", PROJECT);

const code = readdirSync(EXAMPLE)
  .filter((name) => name.endsWith(".ts"))
  .map((name) => unindented(readFileSync(new URL(name, EXAMPLE), "utf8")));

function snippets(page: string): string[] {
  const text = readFileSync(new URL(`docs/${page}`, PROJECT), "utf8");
  return [...text.matchAll(/^```ts\n([^]*?)^```$/gm)].map(([, snippet = ""]) => unindented(snippet));
}

function unindented(text: string): string {
  return text.replace(/^ +/gm, "");
}

it.each(["testing.md", "behind-the-authorizer.md"])(
  "every snippet in docs/%s is a part of the example, which is compiled and run",
  (page) => {
    const unknown = snippets(page).filter((snippet) => !code.some((file) => file.includes(snippet)));
    expect(snippets(page).length).toBeGreaterThan(2);
    expect(unknown).toEqual([]);
  },
);
