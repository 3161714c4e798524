import { mkdirSync, writeFileSync } from "node:fs";
import type { Browser, Page } from "playwright-core";
import { borrowToken } from "../../local/page/borrowed-tokens.ts";
import { launchBrowser } from "../../local/page/browser.ts";
import { startPage } from "../../local/page/server.ts";
import { startRevocations } from "../../local/revocations.ts";
import { settingsFor } from "../../local/stack.ts";
import { DEFAULT_ISSUER, SPA_ORIGIN } from "../../local/tenant/directory.ts";
import { startLocalTenant } from "../../local/tenant/tenant.ts";
import { answerHelp } from "../build/usage.ts";
import { recordScene, toSvg } from "./terminal.ts";

/** The pictures of the documentation: the page in a browser, and the tool on a terminal, both of what really happens. */
const FOLDER = "docs/images";
const DESK = { width: 1180, height: 880 };
const PHONE = { width: 390, height: 844 };
const WINDOW = { width: 980, height: 1000 };
const FORM = { width: 980, height: 680 };

interface Picture {
  /** Its file's name begins with it; the colour scheme follows. */
  readonly name: string;
  readonly viewport: typeof DESK;
  readonly scale?: number;
  /** The page's path. */
  readonly path?: string;
  /** What is done there before. */
  readonly act: (tab: Page) => Promise<void>;
  /** What is shown of it: all that the window does, unless it is a selector. */
  readonly part?: string;
}

const COLOURS = ["light", "dark"] as const;
const PICTURES: readonly Picture[] = [
  {
    name: "page-desktop",
    viewport: DESK,
    act: async (tab) => {
      await signIn(tab, "Sign in");
      await press(tab, "Call GET /whoami");
    },
  },
  {
    name: "page-phone",
    viewport: PHONE,
    scale: 1.5,
    act: async (tab) => {
      await signIn(tab, "Sign in");
      await press(tab, "Unverified email");
      await tab.locator("#happened").scrollIntoViewIfNeeded();
    },
  },
  {
    name: "revoke",
    viewport: DESK,
    act: async (tab) => {
      await signIn(tab, "Sign in");
      await tab.getByRole("button", { name: "Block", exact: true }).click();
      await tab.getByText("then allowed").last().waitFor();
      // Each run in one line: when the next call was refused.
      for (const run of await tab.locator("#runs .run[open] > summary").all()) await run.click();
    },
    part: "#happened",
  },
  {
    name: "auth0-js",
    viewport: WINDOW,
    path: "/auth0-js",
    act: async (tab) => {
      await signIn(tab, "Sign in with Auth0.js");
      await press(tab, "Call GET /whoami");
      await tab.getByRole("heading", { level: 1 }).scrollIntoViewIfNeeded();
    },
  },
  {
    name: "lock",
    viewport: FORM,
    path: "/lock",
    act: (tab) => tab.getByPlaceholder("your password").waitFor(),
  },
];

answerHelp(`Takes the pictures of the documentation anew, of what really happens.

  npx tsx tools/pictures/take.ts

It writes ${FOLDER}. It needs a browser; where there is none, it takes the one that it installs below test/browser (Linux x64).
`);
mkdirSync(FOLDER, { recursive: true });
const tenant = await startLocalTenant({ port: Number(new URL(DEFAULT_ISSUER).port) });
const revocations = await startRevocations(settingsFor(tenant));
tenant.tell(revocations.writers);
const page = await startPage({
  tenant,
  revocations,
  settings: settingsFor(tenant),
  port: Number(new URL(SPA_ORIGIN).port),
});
const { browser } = await launchBrowser();
for (const picture of PICTURES) for (const colour of COLOURS) await take(browser, picture, colour);
await recordTerminal();
await Promise.all([browser.close(), page.close(), tenant.close(), revocations.table.close()]);

async function take(
  chromium: Browser,
  { name, viewport, scale = 1, path = "/", act, part }: Picture,
  colorScheme: (typeof COLOURS)[number],
): Promise<void> {
  const file = `${FOLDER}/${name}-${colorScheme}.png`;
  const look = { viewport, deviceScaleFactor: scale, colorScheme, reducedMotion: "reduce" } as const;
  const tab = await chromium.newPage(look);
  await tab.goto(page.url + path);
  await act(tab);
  await tab.mouse.move(0, 0);
  await (part === undefined ? tab : tab.locator(part)).screenshot({ path: file });
  process.stdout.write(`${file}\n`);
  await tab.close();
}

/** Through the tenant's form, which is filled in. */
async function signIn(tab: Page, start: string): Promise<void> {
  await tab.getByRole("button", { name: start }).click();
  await tab.getByRole("button", { name: "Continue" }).click();
  await tab.getByRole("button", { name: "Sign out" }).waitFor();
}

async function press(tab: Page, name: string): Promise<void> {
  await tab.getByRole("button", { name, exact: true }).click();
  await tab.locator("#runs .run").first().waitFor();
}

async function recordTerminal(): Promise<void> {
  const settings = settingsFor(tenant);
  const token = await borrowToken(tenant, "unverified", "access");
  const scenes = [
    await recordScene("auth0-authorizer doctor", ["doctor"], settings),
    await recordScene("pbpaste | auth0-authorizer explain", ["explain", token], settings),
  ];
  writeFileSync(`${FOLDER}/terminal.svg`, toSvg("auth0-authorizer doctor and explain on a terminal", scenes));
  process.stdout.write(`${FOLDER}/terminal.svg\n`);
}
