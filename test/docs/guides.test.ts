import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, normalize } from "node:path";
import { expect, test } from "@jest/globals";
import { parse } from "yaml";
import { documentationUrl } from "../../src/cli/documentation.ts";
import { readTemplates } from "../../tools/build/infrastructure.ts";
import { anchors, blocks, guides, namedAddresses, prose } from "./guides.ts";

const pages = [...guides];

test("every link of every page leads somewhere", () => {
  const dead = pages.flatMap(([page, text]) => deadLinks(page, text));
  expect(dead).toEqual([]);
});

function deadLinks(page: string, text: string): string[] {
  const links = Array.from(prose(text).matchAll(/\]\((?![a-z]+:)([^)\s]+)\)/g), ([, link = ""]) => link);
  return links.filter((link) => !leadsSomewhere(page, link)).map((link) => `${page}: ${link}`);
}

function leadsSomewhere(page: string, link: string): boolean {
  const [file = "", anchor] = link.split("#");
  const path = file === "" ? page : normalize(`${dirname(page)}/${file}`);
  if (!existsSync(path)) return false;
  return anchor === undefined || anchors(readFileSync(path, "utf8")).includes(anchor);
}

test("every address that an alarm or the command-line tool names is a page and an anchor of docs", () => {
  const named = namedAddresses();
  expect(named).toEqual(
    expect.arrayContaining(["which-authorizer", "runbooks#keys-cannot-be-fetched", "reasons#expired"]),
  );
  const dead = named.filter((address) => {
    const [page = "", anchor] = address.split("#");
    return !leadsSomewhere("docs/README.md", `${page}.md${anchor === undefined ? "" : `#${anchor}`}`);
  });
  expect(dead).toEqual([]);
});

test("alarms have the site's address, which is one setting", () => {
  const templates = JSON.stringify(readTemplates());
  const base = documentationUrl("");
  const addresses = templates.match(/https:\/\/[^\s"]*?[a-z]#[\w-]+/g) ?? [];
  expect(addresses.length).toBeGreaterThan(10);
  expect(addresses.filter((address) => !address.startsWith(base))).toEqual([]);
  expect(templates).not.toContain("{docs}");
});

test("every npm script that a page names exists", () => {
  const { scripts } = JSON.parse(readFileSync("package.json", "utf8")) as { scripts: Record<string, string> };
  const named = pages.flatMap(([page, text]) =>
    Array.from(text.matchAll(/npm run (?:--silent )?([a-z][\w:-]*)/g), ([, name = ""]) => ({ page, name })),
  );
  expect(named.length).toBeGreaterThan(20);
  expect(named.filter(({ name }) => !Object.hasOwn(scripts, name))).toEqual([]);
});

test("every file of ours that a command or a sentence names exists", () => {
  const named = pages.flatMap(([page, text]) =>
    Array.from(text.matchAll(/\b(?:src|infra|test|bench)\/[\w/-]+\.(?:ts|yml|json)\b/g), ([path]) => ({
      page,
      path,
    })),
  );
  expect(named.filter(({ path }) => !existsSync(path))).toEqual([]);
});

test("every shell command can be parsed", () => {
  const scripts = pages.flatMap(([, text]) => blocks(text, "sh"));
  expect(scripts.length).toBeGreaterThan(15);
  const { stderr } = spawnSync("bash", ["-n"], { input: scripts.join("\n"), encoding: "utf8" });
  expect(stderr).toBe("");
});

test("every piece of YAML and JSON can be parsed", () => {
  const pieces = pages.flatMap(([, text]) => ["yaml", "yml", "json"].flatMap((kind) => blocks(text, kind)));
  expect(pieces.length).toBeGreaterThan(1);
  for (const piece of pieces) expect(() => parse(piece, { logLevel: "error" }) as unknown).not.toThrow();
});

test("each kind of reader finds a page in one step", () => {
  const index = guides.get("docs/README.md") ?? "";
  const pagesOfDocs = [...guides.keys()].filter((path) => /^docs\/[\w-]+\.md$/.test(path));
  const missing = pagesOfDocs.filter((path) => path !== "docs/README.md" && !index.includes(path.slice(5)));
  expect(missing).toEqual([]);
});
