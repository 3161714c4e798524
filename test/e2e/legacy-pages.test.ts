import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Page } from "playwright-core";
import { launchBrowser, type RunningBrowser } from "../../local/page/browser.ts";
import { barriers, press, startSite, step, visit, type Site, type VisitOptions } from "./visit.ts";

const CALL = "Call GET /whoami";

let browser: RunningBrowser;
let site: Site;

beforeAll(async () => {
  browser = await launchBrowser();
  site = await startSite();
});
afterAll(() => Promise.all([browser.browser.close(), site.close()]));

type SignIn = (page: Page, password?: string) => Promise<void>;

/** Auth0.js: a redirect to the tenant's own form, and back. */
async function byRedirect(page: Page, password = site.tenant.users.verified.password): Promise<void> {
  await page.getByRole("button", { name: "Sign in with Auth0.js" }).click();
  await page.getByLabel("Email address").fill(site.tenant.users.verified.email);
  await page.getByLabel("Password").fill(password);
  await page.keyboard.press("Enter");
}

/** Lock: its form is a part of the page. */
async function withForm(page: Page, password = site.tenant.users.verified.password): Promise<void> {
  await page.getByPlaceholder("yours@example.com").fill(site.tenant.users.verified.email);
  await page.getByPlaceholder("your password").fill(password);
  await page.getByRole("button", { name: "Log In" }).click();
}

const PAGES: readonly (readonly [string, string, SignIn])[] = [
  ["Auth0.js", "auth0-js", byRedirect],
  ["Lock", "lock", withForm],
];

describe.each(PAGES)("the page with %s", (name, path, signIn) => {
  const open = (look: (page: Page) => Promise<void>, options: VisitOptions = {}): Promise<void> =>
    visit(browser, `${site.url}/${path}`, options, look);
  const signedIn = (look: (page: Page) => Promise<void>): Promise<void> =>
    open(async (page) => {
      await signIn(page);
      await page.getByRole("button", { name: "Sign out" }).waitFor();
      await look(page);
    });

  test("signs in, and the backend returns the email, for the ID token and for the access token", async () => {
    await signedIn(async (page) => {
      for (const [use, kind] of [
        ["ID token", "id"],
        ["access token", "access"],
      ] as const) {
        await page.getByLabel(use, { exact: true }).check();
        expect(await press(page, CALL)).toBe("Your call: allowed (200).");
        expect(await step(page, "Your backend")).toMatch(
          new RegExp(`email\\s+verified@example.com.*tokenUse\\s+${kind}`, "s"),
        );
        expect(await step(page, "The app")).toContain("hello verified@example.com");
      }
    });
  });

  test("shows the ID token decoded, and another one after a silent renewal", async () => {
    await signedIn(async (page) => {
      const nonce = async (): Promise<string> => {
        const [id = ""] = await page.locator("#tokens details.token").allInnerTexts();
        expect(id).toMatch(/alg\s+RS256.*typ\s+JWT.*email\s+verified@example.com/s);
        return /nonce\s+(\S+)/.exec(id)?.[1] ?? "";
      };
      const first = await nonce();
      expect(await press(page, "Renew silently")).toBe("Renewal: new tokens, without a form.");
      expect(await nonce()).not.toBe(first);
      expect(await press(page, CALL)).toBe("Your call: allowed (200).");
    });
  });

  test("takes up the session at the next visit, and cannot when it has ended: login_required", async () => {
    await signedIn(async (page) => {
      await page.reload();
      await page.getByRole("button", { name: "Sign out" }).waitFor();
      await page.context().clearCookies();
      expect(await press(page, "Renew silently")).toMatch(/^Renewal: refused, login_required\./);
      await page.getByRole("button", { name: "Sign out" }).click();
      await page.getByRole("status").filter({ hasText: "No user is signed in: login_required." }).waitFor();
      expect(await page.getByRole("button", { name: CALL }).isDisabled()).toBe(true);
    });
  });

  test("does not sign in a user who types a wrong password", async () => {
    await open(async (page) => {
      await signIn(page, "wrong");
      await page.getByText("Wrong email or password.").waitFor();
    });
  });

  test("is accessible, on a desk by day and on the smallest phone by night", async () => {
    for (const options of [
      { width: 1280, colorScheme: "light" },
      { width: 320, colorScheme: "dark" },
    ] as const) {
      await open(async (page) => {
        await page.getByRole("status").filter({ hasText: "login_required" }).waitFor();
        expect(await barriers(page)).toEqual([]);
      }, options);
    }
    await signedIn(async (page) => {
      await press(page, CALL);
      expect(await barriers(page)).toEqual([]);
    });
  });

  test("is linked from the first page", async () => {
    await visit(browser, site.url, {}, async (page) => {
      await page.getByRole("link", { name }).click();
      await page.getByRole("heading", { name: `Sign-in with ${name}` }).waitFor();
    });
  });
});

test("who signs up with Lock is signed in, and refused by the API until the email is verified", async () => {
  await visit(browser, `${site.url}/lock`, {}, async (page) => {
    await page.getByText("Sign Up").first().click();
    await page.getByPlaceholder("yours@example.com").fill("new@example.com");
    await page.getByPlaceholder("your password").fill("a-password-of-her-own");
    await page.getByRole("button", { name: "Sign Up" }).click();
    await page.getByText("new@example.com, not verified").waitFor();
    expect(await press(page, CALL)).toBe("Your call: denied, email_not_verified (403).");
  });
});

describe("these visits fail", () => {
  const visitTo = (html: string): Promise<void> =>
    visit(browser, `data:text/html,${encodeURIComponent(html)}`, {}, async (page) => {
      await page.getByText("Here I am").waitFor();
    });

  test("where a script of the page does", async () => {
    await expect(visitTo("<script>throw new Error('page error')</script>Here I am")).rejects.toThrow(
      "page error",
    );
  });

  test("where the page asks another machine for something, and not where it asks this one", async () => {
    await expect(visitTo("<img src=http://elsewhere.invalid/>Here I am")).rejects.toThrow(
      "asked for http://elsewhere.invalid/",
    );
    await visitTo(`<img src=${site.url}/none.png>Here I am`);
  });
});
