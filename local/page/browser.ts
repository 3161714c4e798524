import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { chromium, type Browser } from "playwright-core";
import { packagedChromium, type Executable } from "./packaged-chromium.ts";

const KEEPS_LAST_WORDS = fileURLToPath(new URL("../../test/browser/keep-last-words.sh", import.meta.url));
const REPORTS = fileURLToPath(new URL("../../reports/", import.meta.url));
const INSTALLED = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
];
/** A browser that talks to the page alone. */
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
const START_LIMIT_MS = 180_000;

let launched = 0;

export interface RunningBrowser {
  readonly browser: Browser;
  /** Which browser it was, what it last said, and what to do, where it has died; undefined while it runs. */
  death(): Error | undefined;
}

/**
 * Starts the installed Chromium, or the one that the variable CHROMIUM names; else, or where that says `npm`, the
 * packaged one.
 *
 * @throws Error that says how to get a browser where there is none, or what the browser said that did not start
 */
export async function launchBrowser(): Promise<RunningBrowser> {
  return launch(await findBrowser());
}

/** Starts a browser, with an environment of its own. */
export async function launch({ path, env }: Executable): Promise<RunningBrowser> {
  mkdirSync(REPORTS, { recursive: true });
  launched += 1;
  const log = `${REPORTS}browser-${process.pid}-${launched}.log`;
  const failure = (what: string, cause?: unknown): Error =>
    new Error(
      `The browser ${path} ${what}. It last said: ${lastWords(log)}. Try another: CHROMIUM=npm takes the packaged one, CHROMIUM=/path/to/chromium any other (docs/local.md).`,
      { cause },
    );
  const browser = await chromium
    .launch({
      executablePath: KEEPS_LAST_WORDS,
      args: FLAGS,
      env: { ...process.env, ...env, BROWSER_PATH: path, BROWSER_LOG: log },
      timeout: START_LIMIT_MS,
    })
    .catch((error: unknown) => {
      throw failure("did not start", error);
    });
  return { browser, death: () => (browser.isConnected() ? undefined : failure("died")) };
}

async function findBrowser(): Promise<Executable> {
  const named = process.env["CHROMIUM"];
  if (named === "npm") return packagedChromium();
  const installed = named ?? INSTALLED.find((path) => existsSync(path));
  return installed === undefined ? packagedChromium() : { path: installed, env: {} };
}

/** The last line that tells of a failure, else the last line; the rest is a stack of addresses. */
function lastWords(log: string): string {
  const lines = existsSync(log) ? readFileSync(log, "utf8").split("\n").filter(Boolean) : [];
  return (lines.findLast((line) => /fatal|error|not found/i.test(line)) ?? lines.at(-1) ?? "nothing")
    .trim()
    .replace(/\.$/, "");
}
