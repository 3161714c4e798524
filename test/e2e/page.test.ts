import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Page } from "playwright-core";
import { launchBrowser, type RunningBrowser } from "../../local/page/browser.ts";
import {
  barriers,
  outcome,
  press,
  signIn,
  startSite,
  step,
  visit,
  type Site,
  type VisitOptions,
} from "./visit.ts";

const GATEWAYS = [
  "REST API, TOKEN",
  "REST API, REQUEST",
  "HTTP API, policy",
  "HTTP API, simple",
  "WebSocket API",
];
const CALL = "Call GET /whoami";
/** What each button shows, on every kind of API: the words of its summary. */
const CASES = [
  ["Expired", "unauthorized, expired (401)"],
  ["Other application", "unauthorized, unknown_audience (401)"],
  ["Unverified email", "denied, email_not_verified (403)"],
  ["Machine", "denied, machine_not_allowed (403)"],
  ["HS256", "unauthorized, unsupported_algorithm (401)"],
  ["Tampered", "unauthorized, bad_signature (401)"],
  ["Rotated key", "allowed (200); then allowed (200)"],
  ["Revoked key", "allowed (200); then allowed (200); then unauthorized, unknown_key (401)"],
  ["Tenant down", "allowed (200); then allowed (200); then error, keys_unavailable (500)"],
  ["Second route", "allowed (200); then allowed (200)"],
] as const;

let browser: RunningBrowser;
let site: Site;

beforeAll(async () => {
  browser = await launchBrowser();
  site = await startSite();
});
afterAll(() => Promise.all([browser.browser.close(), site.close()]));

/** A visit of somebody who has signed in. */
function signedIn(look: (page: Page) => Promise<void>, options: VisitOptions = {}): Promise<void> {
  return visit(browser, site.url, options, async (page) => {
    await signIn(page, site.tenant);
    await look(page);
  });
}

describe("the page of npm start", () => {
  test("signs a user in, calls the API on every gateway with both tokens, and shows the email", async () => {
    await signedIn(async (page) => {
      for (const gateway of GATEWAYS) {
        for (const use of ["ID token", "access token"]) {
          await page.getByLabel(gateway).check();
          await page.getByLabel(use, { exact: true }).check();
          expect(await press(page, CALL)).toMatch(/^Your call: allowed \((200|101)\)\.$/);
          await page.getByRole("heading", { name: `Your call · ${gateway}` }).waitFor();
          expect(await step(page, "Your backend")).toMatch(
            new RegExp(
              `email\\s+verified@example.com.*tokenUse\\s+${use === "ID token" ? "id" : "access"}`,
              "s",
            ),
          );
          expect(await step(page, "The app")).toContain("hello verified@example.com");
        }
      }
    });
  });

  test("shows both tokens with what their claims mean", async () => {
    await signedIn(async (page) => {
      const [id = "", access = ""] = await page.locator("#tokens details.token").allInnerTexts();
      expect(id).toMatch(/email\s+verified@example.com\s+The address/);
      expect(access).toMatch(/https:\/\/example.com\/email\s+verified@example.com\s+.*AUTH0_EMAIL_CLAIM/);
    });
  });

  test("shows how it came to that: event, log line, policy, context, times", async () => {
    await signedIn(async (page) => {
      await press(page, CALL);
      for (const summary of await page.locator("#runs .timeline summary").all()) await summary.click();
      expect(await step(page, "API Gateway")).toMatch(/"authorizationToken": "Bearer eyJ.{5}…"/);
      expect(await step(page, "The authorizer")).toMatch(/\d ms.*"decision": "allow"/s);
      expect(await step(page, "Its answer")).toMatch(
        /Allow arn:aws:execute-api:.*Deny arn:aws:.* when the token ends/s,
      );
      expect(await step(page, "The context")).toMatch(/email_verified\s+true/);
      expect(await press(page, CALL)).toContain("allowed");
      expect(await step(page, "API Gateway")).toContain("It does not ask the authorizer");
    });
  });

  test("each failure shows its own reason", async () => {
    await signedIn(async (page) => {
      for (const [name, shown] of CASES) expect(await press(page, name)).toBe(`${name}: ${shown}.`);
    });
  });

  test.each(GATEWAYS.slice(1))(
    "failures through %s show the reason, the hint and the status",
    async (gateway) => {
      await signedIn(async (page) => {
        await page.getByLabel(gateway).check();
        for (const [name, reason, status, hint] of [
          ["Expired", "expired", 401, "The application must get a new one"],
          ["Machine", "machine_not_allowed", 403, "AUTHORIZER_ALLOW_MACHINES"],
          ["HS256", "unsupported_algorithm", 401, "switch the JSON Web Token signature algorithm"],
          ["Tenant down", "keys_unavailable", 500, "could not be fetched"],
        ] as const) {
          expect(await press(page, name)).toContain(`, ${reason} (${status})`);
          const text = await step(page, "The authorizer");
          expect(text).toContain(reason);
          expect(text).toContain(hint);
          expect(await step(page, "Your backend")).toContain("was not reached");
        }
      });
    },
  );

  test("the second route is answered from the cache", async () => {
    await signedIn(async (page) => {
      await press(page, "Second route");
      expect(await step(page, "API Gateway")).toContain("It does not ask the authorizer");
      expect(await step(page, "The app")).toContain("hello verified@example.com");
      await page.getByLabel("WebSocket API").check();
      await press(page, "Second route");
      expect(await step(page, "API Gateway")).toContain("so it asks the authorizer");
    });
  });

  test("a visit survives a reload, and ends when one signs out", async () => {
    await signedIn(async (page) => {
      await page.reload();
      await page.getByRole("button", { name: "Sign out" }).click();
      await page.getByRole("button", { name: "Sign in" }).waitFor();
      expect(await page.getByRole("button", { name: CALL }).isDisabled()).toBe(true);
    });
  });

  test("works with the keyboard alone", async () => {
    await visit(browser, site.url, {}, async (page) => {
      const { email, password } = site.tenant.users.verified;
      await tabTo(page, "Sign in");
      await page.keyboard.press("Enter");
      await page.getByLabel("Email address").waitFor();
      expect(await page.getByLabel("Email address").inputValue()).toBe(email);
      expect(await page.getByLabel("Password").inputValue()).toBe(password);
      await tabTo(page, "Continue");
      await page.keyboard.press("Enter");
      await page.getByRole("button", { name: "Sign out" }).waitFor();
      await tabTo(page, "", "input[name=gateway]:checked");
      await page.keyboard.press("ArrowDown");
      await tabTo(page, CALL);
      await page.keyboard.press("Enter");
      expect(await outcome(page)).toBe("Your call: allowed (200).");
      await page.getByRole("heading", { name: "Your call · REST API, REQUEST" }).waitFor();
      await tabTo(page, "Tampered");
      await page.keyboard.press("Space");
      await page.getByRole("status").filter({ hasText: "bad_signature" }).waitFor();
      expect(await page.evaluate("document.activeElement.textContent")).toBe("Tampered");
    });
  });
});

describe.each(["light", "dark"] as const)("in %s colours", (colorScheme) => {
  test.each([
    ["a desk", 1280],
    ["the smallest phone", 320],
  ])("is accessible on %s", async (_, width) => {
    const look = async (page: Page): Promise<void> => {
      expect(await barriers(page)).toEqual([]);
      for (const name of [CALL, "Unverified email", "Tenant down"]) {
        await press(page, name);
        await page.evaluate("document.querySelectorAll('details').forEach((each) => (each.open = true))");
        expect(await barriers(page)).toEqual([]);
      }
    };
    await visit(browser, site.url, { width, colorScheme }, async (page) => {
      await page.getByRole("button", { name: "Sign in" }).waitFor();
      expect(await barriers(page)).toEqual([]);
    });
    await signedIn(look, { width, colorScheme });
  });
});

describe("the page's server", () => {
  test("answers by its own name only, and to no other page", async () => {
    const { port } = new URL(site.url);
    const reply = (headers: Record<string, string>): Promise<number> =>
      fetch(`http://localhost:${port}/tokens/verified`, { method: "POST", headers }).then(
        ({ status }) => status,
      );
    expect(await reply({ origin: "https://evil.example" })).toBe(421);
    expect(await reply({ origin: site.url })).toBe(200);
    expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(421);
  });

  test("lets the page load nothing but its own files", async () => {
    const policy = (await fetch(site.url)).headers.get("content-security-policy") ?? "";
    expect(policy).toMatch(/default-src 'none'; script-src 'self'; style-src 'self'/);
    expect(policy).not.toContain("unsafe");
    expect((await fetch(`${site.url}/auth0-js`)).headers.get("content-security-policy")).toBe(policy);
  });

  test("lets the page with Lock load the tenant's script and write its own style, and no more", async () => {
    const policy = (await fetch(`${site.url}/lock`)).headers.get("content-security-policy") ?? "";
    const { origin } = new URL(site.tenant.issuer);
    expect(policy).toContain(
      `default-src 'none'; script-src 'self' ${origin}; style-src 'self' 'unsafe-inline'; connect-src 'self' ${origin};`,
    );
  });
});

/** Tabs until the focus is where it should be, and can be seen there. */
async function tabTo(page: Page, name: string, selector = "button"): Promise<void> {
  const at = `document.activeElement.matches(${JSON.stringify(selector)}) && document.activeElement.textContent === ${JSON.stringify(name)}`;
  for (let presses = 0; presses < 60 && !(await page.evaluate(at)); presses += 1)
    await page.keyboard.press("Tab");
  expect(await page.evaluate(at)).toBe(true);
  const ring =
    "const e = document.activeElement; [e, e.closest('label') ?? e].some((x) => getComputedStyle(x).outlineStyle !== 'none')";
  expect(await page.evaluate(`(() => { ${ring.replace("; [", "; return [")}; })()`)).toBe(true);
}
