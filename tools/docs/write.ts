import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { answerHelp } from "../build/usage.ts";
import { generatedPages } from "./pages.ts";

answerHelp(`Writes the pages that come from the source: docs/architecture.md, docs/reasons.md, docs/rules.md, docs/settings.md, and docs/api, which is not committed.

  npm run docs
`);
const pages = await generatedPages();
rmSync("docs/api", { recursive: true, force: true });
for (const [path, text] of pages) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
