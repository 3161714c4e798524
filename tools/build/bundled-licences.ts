import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Metafile } from "esbuild";

const PACKAGE = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/;
const LICENCE_FILE = /^licen[cs]e|^copying/i;

/**
 * The licences of all packages whose code is in a bundle, as they ask to be kept with it.
 *
 * @throws Error for a package without a file of its licence
 */
export function bundledLicences({ outputs }: Metafile): string {
  const inputs = Object.values(outputs).flatMap((output) => Object.keys(output.inputs));
  const folders = new Set(inputs.flatMap((input) => PACKAGE.exec(input)?.[0] ?? []));
  return [...folders].sort().map(describe).join("\n");
}

function describe(folder: string): string {
  const { name, version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as {
    name: string;
    version: string;
  };
  const file = readdirSync(folder).find((candidate) => LICENCE_FILE.test(candidate));
  const text = file === undefined ? licenceInReadme(folder) : readFileSync(join(folder, file), "utf8");
  if (text === undefined) throw new Error(`${folder} is bundled, and has no file with its licence`);
  return `--- ${name} ${version} ---\n\n${text.replaceAll("\r\n", "\n").trim()}\n`;
}

/** Small packages have it as the last section of their readme. */
function licenceInReadme(folder: string): string | undefined {
  const readme = readdirSync(folder).find((candidate) => /^readme/i.test(candidate));
  if (readme === undefined) return undefined;
  return /^#+ *licen[cs]e\b[^]*/im.exec(readFileSync(join(folder, readme), "utf8"))?.[0];
}
