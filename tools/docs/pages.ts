import { readFileSync } from "node:fs";
import { format } from "prettier";
import { apiPages } from "./api.ts";
import { withPictures } from "./architecture.ts";
import { reasonsPage } from "./reasons.ts";
import { rulesPage } from "./rules.ts";
import { settingsPage } from "./settings.ts";

/** Every page that is made from the source, by its path, as it should be now. */
export async function generatedPages(): Promise<ReadonlyMap<string, string>> {
  const architecture = readFileSync("docs/architecture.md", "utf8");
  const pages = new Map([
    ["docs/architecture.md", await withPictures(architecture)],
    ["docs/reasons.md", reasonsPage()],
    ["docs/rules.md", rulesPage()],
    ["docs/settings.md", settingsPage()],
  ]);
  for (const [path, text] of await apiPages()) pages.set(`docs/api/${path}`, text);
  for (const [path, text] of pages)
    pages.set(path, await format(text, { parser: "markdown", printWidth: 110 }));
  return pages;
}
