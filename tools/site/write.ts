import { copyFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { answerHelp } from "../build/usage.ts";
import { sitePages, toSidebar } from "./pages.ts";

answerHelp(`Writes the pages of the documentation's site into site/.pages, for VitePress.

  npm run site        builds the site into site/dist
`);

const TARGET = "site/.pages";
rmSync(TARGET, { recursive: true, force: true });
const { pages, files } = sitePages();
for (const [path, text] of pages) write(path, (target) => writeFileSync(target, text));
for (const [path, source] of files) write(`public/${path}`, (target) => copyFileSync(source, target));
write("sidebar.json", (target) => writeFileSync(target, JSON.stringify(toSidebar(), undefined, 2)));

function write(path: string, make: (target: string) => void): void {
  const target = `${TARGET}/${path}`;
  mkdirSync(dirname(target), { recursive: true });
  make(target);
}
