import { readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { format } from "prettier";
import { SETTINGS } from "../../src/settings/definitions.ts";
import { settingsPage } from "../../tools/docs/settings.ts";

const readme = readFileSync("README.md", "utf8");

test("the page of settings is what the source says: `npm run docs` changes nothing", async () => {
  const page = await format(settingsPage(), { parser: "markdown", printWidth: 110 });
  expect(readFileSync("docs/settings.md", "utf8")).toBe(page);
});

test("the README's settings have their names and defaults from the source", () => {
  const rows = Array.from(
    readme.matchAll(/^\| `(\w+)` *\| `([A-Z0-9_]+)` *\|/gm),
    ([, key = "", variable]) => [key, variable],
  );
  expect(rows).toHaveLength(5);
  expect(rows).toEqual(rows.map(([key]) => [key, SETTINGS[key as keyof typeof SETTINGS].variable]));
  expect(SETTINGS.emailPolicy.fallback).toBe("verified");
});

test("the page of the identity names what the context has", () => {
  const page = readFileSync("docs/identity.md", "utf8");
  const context = readFileSync("src/identity/context.ts", "utf8");
  const body = /interface IdentityContext [^{]*\{([^]*?)^\}/m.exec(context)?.[1] ?? "";
  const names = Array.from(body.matchAll(/readonly (\w+)\??:/g), ([, name = ""]) => name);
  expect(names.length).toBeGreaterThan(9);
  expect(names.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
});
