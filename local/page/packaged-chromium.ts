import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const UNPACK = fileURLToPath(new URL("../../test/browser/unpack.mjs", import.meta.url));
const PACKAGE = fileURLToPath(new URL("../../test/browser/node_modules/@sparticuz", import.meta.url));
const UNPACKED = fileURLToPath(new URL("../../test/browser/node_modules/.unpacked", import.meta.url));

/** A browser's file, and the environment that it needs beside the usual one. */
export interface Executable {
  readonly path: string;
  readonly env: Readonly<Record<string, string>>;
}

/**
 * The Chromium of an npm package (Linux x64), with libraries and fonts of its own: a machine needs neither, and where
 * it has them they change nothing.
 *
 * @throws Error that says how to get a browser where the package is not installed
 */
export async function packagedChromium(): Promise<Executable> {
  if (!existsSync(PACKAGE)) {
    const how =
      "Install Chromium, name one in the variable CHROMIUM, or run: npx tsx tools/build/install.ts test/browser";
    throw new Error(`There is no browser. ${how}`);
  }
  if (!existsSync(UNPACKED)) await unpack();
  return {
    path: `${UNPACKED}/chromium`,
    env: { LD_LIBRARY_PATH: `${UNPACKED}/al2023/lib`, FONTCONFIG_PATH: `${UNPACKED}/fontconfig` },
  };
}

/** Two processes may unpack at the same time, and one may be stopped: only a finished folder gets the final name. */
async function unpack(): Promise<void> {
  const folder = mkdtempSync(`${UNPACKED}-`);
  const env = { ...process.env, TMPDIR: folder, AWS_EXECUTION_ENV: "AWS_Lambda_nodejs22.x" };
  await promisify(execFile)(process.execPath, [UNPACK], { env });
  configureFonts(folder);
  try {
    renameSync(folder, UNPACKED);
  } catch (error) {
    if (!existsSync(UNPACKED)) throw error;
    rmSync(folder, { recursive: true });
  }
}

/**
 * A fontconfig configuration that knows the package's fonts and no others. The package's own one looks for them below
 * `/tmp` and `/opt`, where they are not; and without a single font, Chromium dies at the first form.
 */
function configureFonts(folder: string): void {
  mkdirSync(`${folder}/fontconfig`);
  writeFileSync(
    `${folder}/fontconfig/fonts.conf`,
    `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${UNPACKED}/fonts/fonts</dir>
  <cachedir>${UNPACKED}/fontconfig/cache</cachedir>
</fontconfig>
`,
  );
}
