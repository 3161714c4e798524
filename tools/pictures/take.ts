import { mkdirSync, writeFileSync } from "node:fs";
import type { Browser, Page } from "playwright-core";
import { borrowToken } from "../../local/page/borrowed-tokens.ts";
import { launchBrowser } from "../../local/page/browser.ts";
import { startPage } from "../../local/page/server.ts";
import { settingsFor } from "../../local/stack.ts";
import { DEFAULT_ISSUER, SPA_ORIGIN } from "../../local/tenant/directory.ts";
import { startLocalTenant, type Tenant } from "../../local/tenant/tenant.ts";
import { answerHelp } from "../build/usage.ts";
import { recordScene, toSvg } from "./terminal.ts";

/** The pictures of the documentation: the page in a browser, and the tool on a terminal, both of what really happens. */
const FOLDER = "docs/images";
const DESK = { width: 1180, height: 880 };
const PHONE = { width: 390, height: 844 };

interface Picture {
  readonly file: string;
  readonly viewport: typeof DESK;
  readonly scale: number;
  readonly colorScheme: "light" | "dark";
  /** The button that is pressed. */
  readonly button: string;
}

const PICTURES: readonly Picture[] = [
  { file: "page-desktop-light", viewport: DESK, scale: 1, colorScheme: "light", button: "Call GET /whoami" },
  { file: "page-desktop-dark", viewport: DESK, scale: 1, colorScheme: "dark", button: "Call GET /whoami" },
  {
    file: "page-phone-light",
    viewport: PHONE,
    scale: 1.5,
    colorScheme: "light",
    button: "Unverified e-mail",
  },
  { file: "page-phone-dark", viewport: PHONE, scale: 1.5, colorScheme: "dark", button: "Unverified e-mail" },
];

answerHelp(`Takes the pictures of the documentation anew, of what really happens.

  npm run docs:pictures

It writes ${FOLDER}. It needs a browser; npm run install:browser installs one (Linux x64).
`);
mkdirSync(FOLDER, { recursive: true });
const tenant = await startLocalTenant({ port: Number(new URL(DEFAULT_ISSUER).port) });
const page = await startPage({
  tenant,
  settings: settingsFor(tenant),
  port: Number(new URL(SPA_ORIGIN).port),
});
const { browser } = await launchBrowser();
for (const picture of PICTURES) await take(browser, picture);
await recordTerminal();
await Promise.all([browser.close(), page.close(), tenant.close()]);

async function take(chromium: Browser, picture: Picture): Promise<void> {
  const { file, viewport, scale, colorScheme, button } = picture;
  const tab = await chromium.newPage({
    viewport,
    deviceScaleFactor: scale,
    colorScheme,
    reducedMotion: "reduce",
  });
  await tab.goto(page.url);
  await signIn(tab, tenant);
  await tab.getByRole("button", { name: button, exact: true }).click();
  await tab.locator("#runs .run").first().waitFor();
  if (viewport === PHONE) await tab.locator("#happened").scrollIntoViewIfNeeded();
  await tab.mouse.move(0, 0);
  await tab.screenshot({ path: `${FOLDER}/${file}.png` });
  process.stdout.write(`${FOLDER}/${file}.png\n`);
  await tab.close();
}

async function signIn(tab: Page, { users }: Tenant): Promise<void> {
  await tab.getByRole("button", { name: "Sign in" }).click();
  await tab.getByLabel("Email address").fill(users.verified.email);
  await tab.getByLabel("Password").fill(users.verified.password);
  await tab.keyboard.press("Enter");
  await tab.getByRole("button", { name: "Sign out" }).waitFor();
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
