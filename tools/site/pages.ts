import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, extname, normalize } from "node:path";

const FOLDERS = ["docs", "infra", "examples", "bench"];
const OF_THE_ROOT = ["README.md", "SECURITY.md", "CONTRIBUTING.md", "CHANGELOG.md"];

export interface Site {
  /** The text of each page, by its path in the site: `guides.md`. */
  readonly pages: ReadonlyMap<string, string>;
  /** The files that pages show or link to, by their path in the site: what is in the repository, as it is. */
  readonly files: ReadonlyMap<string, string>;
}

/** The site's pages from the repository's own Markdown: the same texts, with links that fit. */
export function sitePages(): Site {
  const sources = [...OF_THE_ROOT, ...FOLDERS.flatMap(markdownBelow)];
  const files = new Map<string, string>();
  const pages = new Map(
    sources.map((source) => {
      const text = withTabs(readFileSync(source, "utf8"));
      return [toPage(source), withLinks(text, source, files)];
    }),
  );
  return { pages, files };
}

function markdownBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".md") && !path.includes("node_modules"))
    .map((path) => `${folder}/${path}`);
}

/** Where a page of the repository is in the site; its address is this without `.md`. */
function toPage(source: string): string {
  if (source === "README.md") return "index.md";
  if (source === "docs/README.md") return "guides.md";
  if (source === "infra/auth0/README.md") return "auth0-as-code.md";
  const path = source.replace(/^docs\//, "").replace(/README\.md$/, "index.md");
  return OF_THE_ROOT.includes(path) ? path.toLowerCase() : path;
}

/** Links and pictures outside of code; a fence keeps its text. */
function withLinks(text: string, source: string, files: Map<string, string>): string {
  const parts = text.split(/(^ *```[^]*?^ *```$)/m);
  const link = (address: string): string => toAddress(address, source, files);
  return parts
    .map((part, index) =>
      index % 2 === 1
        ? part
        : part
            .replace(/\]\((?![a-z]+:|#)([^)\s]+)\)/g, (_, address: string) => `](${link(address)})`)
            .replace(
              /(src|srcset)="(?!https?:)([^"]+)"/g,
              (_, name: string, address: string) => `${name}="${link(address)}"`,
            ),
    )
    .join("");
}

function toAddress(address: string, source: string, files: Map<string, string>): string {
  const [file = "", anchor] = address.split("#");
  const target = normalize(`${dirname(source)}/${file}`).replace(/\/$/, "");
  const suffix = anchor === undefined ? "" : `#${anchor}`;
  if (extname(target) === ".md")
    return `/${toPage(target).replace(/(?:^|\/)?(?:index)?\.md$/, toSlash)}${suffix}`;
  if (!existsSync(target)) throw new Error(`${source} links to ${address}, which is not there`);
  if (statSync(target).isDirectory()) return toFolder(target, files);
  // As plain text, so that a browser shows it.
  const path = `source/${target}${/\.(?:png|svg)$/.test(target) ? "" : ".txt"}`;
  files.set(path, target);
  return `/${path}`;
}

/** `decisions/index.md` is at `decisions/`, and `keys.md` at `keys`. */
function toSlash(ending: string): string {
  return ending.startsWith("/") ? "/" : "";
}

/** A folder is its README or, without one, the first of its files. */
function toFolder(folder: string, files: Map<string, string>): string {
  if (existsSync(`${folder}/README.md`)) return toAddress(`${folder}/README.md`, "README.md", files);
  const [first = ""] = readdirSync(folder).filter((name) => statSync(`${folder}/${name}`).isFile());
  return toAddress(`${folder}/${first}`, "README.md", files);
}

/** Between `<!-- tabs -->` and `<!-- tabs end -->`, each bold line and the fence after it become a tab. */
function withTabs(text: string): string {
  return text.replace(/<!-- tabs -->\n([^]*?)<!-- tabs end -->/g, (_, region: string) => {
    const tabs = region.replace(
      /\*\*([^*\n]+)\*\*\n\n```(\w+)/g,
      (_label, label: string, language: string) => `\`\`\`${language} [${label}]`,
    );
    return `::: code-group\n\n${tabs.trim()}\n\n:::`;
  });
}

interface Entry {
  readonly text: string;
  readonly link?: string;
  readonly items?: Entry[];
  readonly collapsed?: boolean;
}

/** The table of contents, from the headings and the links of docs/README.md. */
export function toSidebar(): Entry[] {
  const [, ...sections] = readFileSync("docs/README.md", "utf8").split(/^## /m);
  return sections.map((section) => {
    const [text = "", ...lines] = section.split("\n");
    const links = lines.join("\n").matchAll(/\[([^\]]+)\]\(([^)\s]+)\)/g);
    const items = Array.from(links, ([, name = "", address = ""]) => ({
      text: name.charAt(0).toUpperCase() + name.slice(1),
      link: toAddress(address, "docs/README.md", new Map()),
    }));
    return { text, items: text === "Reference" ? [...items, ...apiReference()] : items, collapsed: false };
  });
}

/** What `npm run docs` made of the docstrings; it is not committed. */
function apiReference(): Entry[] {
  return existsSync("docs/api/README.md") ? [{ text: "API of each entry point", link: "/api/" }] : [];
}
