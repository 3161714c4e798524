import { readdirSync, readFileSync } from "node:fs";
import { DENY_REASONS, ERROR_REASONS, UNAUTHORIZED_REASONS } from "../../src/errors.ts";

const FOLDERS = ["docs", "infra", "examples", "bench"];
const REASONS = Object.keys({ ...UNAUTHORIZED_REASONS, ...DENY_REASONS, ...ERROR_REASONS });
const OF_THE_ROOT = ["README.md", "SECURITY.md", "CONTRIBUTING.md", "CHANGELOG.md"];

/** Every page that somebody may read, by its path. */
export const guides: ReadonlyMap<string, string> = new Map(
  [...OF_THE_ROOT, ...FOLDERS.flatMap(pagesBelow)].map((path) => [path, readFileSync(path, "utf8")]),
);

function pagesBelow(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, encoding: "utf8" });
  return (
    entries
      .filter((path) => path.endsWith(".md") && !path.includes("node_modules"))
      // The API reference is made by `npm run docs`, and not committed.
      .filter((path) => !path.startsWith("api/"))
      .map((path) => `${folder}/${path}`)
  );
}

/** The blocks of code in that language. */
export function blocks(text: string, language: string): string[] {
  const fences = text.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, "gm"));
  return Array.from(fences, ([, block = ""]) => block);
}

/** A page without its code. */
export function prose(text: string): string {
  return text
    .replace(/^```[^]*?^```$/gm, "")
    .replace(/`[^`\n]*`/g, (code) => code.replaceAll(/[[\]()]/g, "_"));
}

/** The anchors that GitHub gives a page: its headings, and what names itself. */
export function anchors(text: string): string[] {
  const headings = Array.from(text.matchAll(/^#+ (.*)$/gm), ([, heading = ""]) => slug(heading));
  return [...headings, ...Array.from(text.matchAll(/<a id="([^"]+)"/g), ([, id = ""]) => id)];
}

function slug(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replace(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");
}

/** The pages, with their anchors, that alarms and the command-line tool name: `keys`, `reasons#expired`. */
export function namedAddresses(): string[] {
  const infra = readFileSync("infra/alarms.yml", "utf8").matchAll(/\{docs\}\/([\w#/-]+)/g);
  const code = readdirSync("src", { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts"))
    .flatMap((path) => [
      ...readFileSync(`src/${path}`, "utf8").matchAll(/documentationUrl\("([\w#/-]+)"\)/g),
    ]);
  const reasons = REASONS.map((reason) => `reasons#${reason}`);
  return [...Array.from([...infra, ...code], ([, page = ""]) => page), ...reasons];
}
