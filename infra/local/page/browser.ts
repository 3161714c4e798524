import { execFile } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { chromium, type Browser } from "playwright-core";

/** Where the Chromium of an npm package is installed, for machines without one: see docs/local.md. */
const UNPACK = fileURLToPath(new URL("../../../test/browser/unpack.mjs", import.meta.url));
const UNPACKED = fileURLToPath(new URL("../../../test/browser/node_modules/.unpacked", import.meta.url));
const PACKAGE = fileURLToPath(new URL("../../../test/browser/node_modules/@sparticuz", import.meta.url));
const INSTALLED = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
];
/** A browser that talks to nobody but the page. */
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/**
 * The installed Chromium, or the one that the variable CHROMIUM names; else, or where that says `npm`, the packaged
 * one.
 *
 * @throws Error that says how to get a browser where there is none
 */
export async function launchBrowser(): Promise<Browser> {
  const named = process.env["CHROMIUM"];
  const installed = (named === undefined ? INSTALLED : [named]).find((path) => existsSync(path));
  if (installed !== undefined) return chromium.launch({ executablePath: installed, args: FLAGS });
  const { path, env } = await packagedChromium();
  return chromium.launch({
    executablePath: path,
    args: FLAGS,
    env: { ...process.env, ...env },
  });
}

interface PackagedChromium {
  readonly path: string;
  readonly env: Readonly<Record<string, string>>;
}

async function packagedChromium(): Promise<PackagedChromium> {
  if (!existsSync(PACKAGE)) {
    const how = "Install Chromium, name one in the variable CHROMIUM, or run: npm ci --prefix test/browser";
    throw new Error(`There is no browser. ${how}`);
  }
  mkdirSync(UNPACKED, { recursive: true });
  const env = { ...process.env, TMPDIR: UNPACKED, AWS_EXECUTION_ENV: "AWS_Lambda_nodejs22.x" };
  const { stdout } = await promisify(execFile)(process.execPath, [UNPACK], { env });
  return JSON.parse(stdout) as PackagedChromium;
}
