import { existsSync, readdirSync, readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { namedAddresses } from "./docs/guides.ts";

/** What `npm run site` has built before this runs. */
const DIST = "site/dist";

const pages = readdirSync(DIST, { recursive: true, encoding: "utf8" }).filter((path) =>
  path.endsWith(".html"),
);
const html = new Map(pages.map((path) => [path, readFileSync(`${DIST}/${path}`, "utf8")]));

/** The file that a host answers with, where addresses have no `.html`. */
function toFile(address: string): string {
  const path = address.replace(/^\//, "");
  if (path === "" || path.endsWith("/")) return `${path}index.html`;
  return existsSync(`${DIST}/${path}.html`) ? `${path}.html` : path;
}

function brokenLinks(page: string, text: string): string[] {
  const links = Array.from(text.matchAll(/ href="(\/[^"]*|#[^"]*)"/g), ([, link = ""]) => link);
  return links.filter((link) => !leadsSomewhere(page, link)).map((link) => `${page}: ${link}`);
}

function leadsSomewhere(page: string, link: string): boolean {
  const [address = "", anchor = ""] = link.split("#");
  const file = address === "" ? page : toFile(address);
  if (!existsSync(`${DIST}/${file}`)) return false;
  return anchor === "" || (html.get(file) ?? "").includes(`id="${decodeURIComponent(anchor)}"`);
}

test("every link of the built site leads to a page and an anchor that are there", () => {
  expect(pages.length).toBeGreaterThan(50);
  expect([...html].flatMap(([page, text]) => brokenLinks(page, text))).toEqual([]);
});

test("the addresses that alarms and the command-line tool name are pages of the site", () => {
  const named = namedAddresses();
  expect(named.length).toBeGreaterThan(10);
  expect(named.filter((page) => !leadsSomewhere("index.html", `/${page}`))).toEqual([]);
});
