import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { expect, test } from "@jest/globals";

const LARGEST_BYTES = 150_000;
const pages = [
  "README.md",
  ...readdirSync("docs").flatMap((name) => (name.endsWith(".md") ? [`docs/${name}`] : [])),
];

test("every picture that a page shows is there, and none is large", () => {
  const shown = pages.flatMap((page) => {
    const folder = page.startsWith("docs/") ? "docs/" : "";
    const links = readFileSync(page, "utf8").matchAll(/(?:!\[[^\]]*\]\(|src(?:set)?=")(?!https?:)([^)" ]+)/g);
    return [...links].map(([, link = ""]) => folder + link);
  });
  expect(shown).toContain("docs/images/terminal.svg");
  expect(shown.filter((path) => !existsSync(path))).toEqual([]);
  expect(shown.filter((path) => statSync(path).size > LARGEST_BYTES)).toEqual([]);
});

test("the pages are there by day and by night, the first of them for a desk and a phone", () => {
  const pictures = ["auth0-js", "lock", "page-desktop", "page-phone", "revoke"].flatMap((name) => [
    `${name}-dark.png`,
    `${name}-light.png`,
  ]);
  expect(readdirSync("docs/images")).toEqual([...pictures, "steps.svg", "terminal.svg"]);
  for (const name of pictures)
    expect(statSync(`docs/images/${name}`).size).toBeLessThanOrEqual(LARGEST_BYTES);
});
