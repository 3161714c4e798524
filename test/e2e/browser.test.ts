import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { launch, type RunningBrowser } from "../../local/page/browser.ts";
import { packagedChromium } from "../../local/page/packaged-chromium.ts";
import { visit } from "./visit.ts";

const FORM = `data:text/html,${encodeURIComponent("<input value='a word'><select><option>a choice</select>")}`;
/** The package holds a program for this platform only. */
const onLinux = process.platform === "linux" && process.arch === "x64" ? describe : describe.skip;

async function showForm(env: Readonly<Record<string, string>>): Promise<string> {
  const chromium = await packagedChromium();
  const browser = await launch({ ...chromium, env: { ...chromium.env, ...env } });
  try {
    return await formShown(browser);
  } finally {
    await browser.browser.close();
  }
}

async function formShown(browser: RunningBrowser): Promise<string> {
  let shown = "";
  await visit(browser, FORM, {}, async (page) => {
    shown = `${await page.locator("input").inputValue()}, ${await page.locator("select").innerText()}`;
  });
  return shown;
}

onLinux("the packaged Chromium", () => {
  test("shows a form with fonts of its own, whatever fonts and fontconfig the machine has", async () => {
    expect(await showForm({})).toBe("a word, a choice");
  });

  test("says its last words where it dies, and which other browser to take", async () => {
    const folder = mkdtempSync(join(tmpdir(), "no-fonts-"));
    writeFileSync(join(folder, "fonts.conf"), "<fontconfig><dir>/nowhere</dir></fontconfig>");
    await expect(showForm({ FONTCONFIG_PATH: folder })).rejects.toThrow(
      /^The browser \S+\/chromium died\. It last said: .*FATAL.*\. Try another: CHROMIUM=npm takes the packaged one, .*\.$/,
    );
    rmSync(folder, { recursive: true });
  });
});

test("a browser that cannot start says so in one sentence", async () => {
  await expect(launch({ path: "/nowhere/chromium", env: {} })).rejects.toThrow(
    /^The browser \/nowhere\/chromium did not start\. It last said: .*not found\. Try another: .*\.$/,
  );
});
