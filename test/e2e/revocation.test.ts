import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Page } from "playwright-core";
import { launchBrowser, type RunningBrowser } from "../../local/page/browser.ts";
import { barriers, press, signIn, startSite, typeSignIn, visit, type Site } from "./visit.ts";

const CALL = "Call GET /whoami";
const REFUSED = "then unauthorized, revoked (401); ";

/** What the tenant does, through which gateway the user calls, its caches, and what came of a sign-in. */
const ENDINGS = [
  ["Block", "REST API, TOKEN", [0, 60, 300], "Lea could not sign in: “unauthorized: user is blocked”."],
  ["Delete", "REST API, REQUEST", [0, 60, 300], "Lea could not sign in: “Wrong email or password.”."],
  ["Change password", "HTTP API, simple", [0, 60, 300], "Lea could not sign in: “Wrong email or password.”."],
  ["Log out everywhere", "WebSocket API", [0], "Lea signed in once more: the new token is good."],
] as const;

let browser: RunningBrowser;
let site: Site;
beforeAll(async () => {
  browser = await launchBrowser();
  site = await startSite();
});
afterAll(() => Promise.all([browser.browser.close(), site.close()]));

/** What each of the runs says of itself, in order. */
function abouts(page: Page): Promise<string[]> {
  return page.locator("#runs .run p.about").allInnerTexts();
}

/**
 * The lengths of the gateway's caches with which a call was refused in the end, in seconds. The page gives up by itself;
 * how long it took is not asserted, because that is up to the machine.
 */
async function refusedByCache(page: Page): Promise<number[]> {
  return (await abouts(page)).flatMap((text) => {
    const [found, cache = "0"] =
      /^(?:A new WebSocket|With no cache|With a cache of (\d+) s): refused [\d.]+ s/.exec(text) ?? [];
    return found === undefined ? [] : [Number(cache)];
  });
}

/** Calls until the answer is this one. */
async function callUntil(page: Page, answer: string): Promise<void> {
  while ((await press(page, CALL)) !== answer);
}

describe("a token that ends early", () => {
  test("is refused with each cache, once its answer has ended; others and a later sign-in are not", async () => {
    await visit(browser, site.url, { width: 320 }, async (page) => {
      page.setDefaultTimeout(120_000);
      await signIn(page, site.tenant);
      for (const [name, gateway, caches, signInAgain] of ENDINGS) {
        await page.getByLabel(gateway).check();
        expect(await press(page, name)).toBe(
          `${name}: allowed (200); ${REFUSED.repeat(caches.length)}then allowed (200); then allowed (200).`,
        );
        expect(await refusedByCache(page)).toEqual(caches);
        expect((await abouts(page)).at(-1)).toContain(signInAgain);
      }
      await page.evaluate("document.querySelectorAll('details').forEach((each) => (each.open = true))");
      expect(await barriers(page)).toEqual([]);
    });
  });

  test("a user who is blocked while signed in is unauthorized, cannot sign in again, and can once unblocked", async () => {
    const { issuer, users } = site.tenant;
    const administrator = async (action: string): Promise<void> => {
      const url = `${issuer}_local/users/${action}?email=${users.leaving.email}`;
      expect((await fetch(url, { method: "POST" })).status).toBe(200);
    };
    await visit(browser, site.url, {}, async (page) => {
      await typeSignIn(page, users.leaving);
      await page.getByRole("button", { name: "Sign out" }).waitFor();
      await page.getByLabel("WebSocket API").check();
      expect(await press(page, CALL)).toBe("Your call: allowed (200).");
      await administrator("block");
      await callUntil(page, "Your call: unauthorized, revoked (401).");
      await page.getByRole("button", { name: "Sign out" }).click();
      await typeSignIn(page, users.leaving);
      expect(await page.getByText("user is blocked").textContent()).toContain("This did not work");
      await administrator("unblock");
      // `iat` has whole seconds: a token of the second of the revocation is refused too.
      await new Promise((resolve) => setTimeout(resolve, 1200));
      await page.goto(site.url);
      await typeSignIn(page, users.leaving);
      await page.getByRole("button", { name: "Sign out" }).waitFor();
      expect(await press(page, CALL)).toMatch(/^Your call: allowed/);
    });
  });
});
