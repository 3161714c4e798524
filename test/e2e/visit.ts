import { mkdirSync } from "node:fs";
import { build } from "esbuild";
import type { Page } from "playwright-core";
import type { RunningBrowser } from "../../local/page/browser.ts";
import { startPage } from "../../local/page/server.ts";
import { freePorts } from "../../local/ports.ts";
import { startRevocations } from "../../local/revocations.ts";
import { settingsFor } from "../../local/stack.ts";
import { startLocalTenant, type Tenant } from "../../local/tenant/tenant.ts";

export interface Site {
  readonly url: string;
  readonly tenant: Tenant;
  close(): Promise<void>;
}

/** The tenant and the page, as `npm start` has them. */
export async function startSite(): Promise<Site> {
  const { http: port } = await freePorts();
  const tenant = await startLocalTenant({ spaOrigins: [`http://localhost:${port}`] });
  const settings = settingsFor(tenant);
  const revocations = await startRevocations(settings);
  tenant.tell(revocations.writers);
  const page = await startPage({ tenant, settings, port, revocations });
  const close = async (): Promise<void> => {
    await Promise.all([page.close(), tenant.close(), revocations.table.close()]);
  };
  return { url: page.url, tenant, close };
}

export interface VisitOptions {
  readonly width?: number;
  readonly colorScheme?: "light" | "dark";
}

const SCREENSHOTS = "reports/screenshots";

/**
 * A visit by somebody whom the site does not know. It fails where a script of the page does, and where the page asks
 * another machine for something. Then a picture stays of what was to be seen; where the browser died, the error says so
 * and nothing else.
 */
export async function visit(
  running: RunningBrowser,
  url: string,
  { width = 1280, colorScheme = "light" }: VisitOptions,
  look: (page: Page) => Promise<void>,
): Promise<void> {
  const viewport = { width, height: 900 };
  const opened = running.browser.newPage({ viewport, colorScheme, reducedMotion: "reduce" });
  const errors: string[] = [];
  try {
    const page = await opened;
    page.setDefaultTimeout(5_000);
    page.on("pageerror", ({ message }) => errors.push(message));
    page.on("request", (request) => isElsewhere(request.url()) && errors.push(`asked for ${request.url()}`));
    await page.goto(url);
    await look(page);
    if (errors.length > 0) throw new Error("The visit itself was well.");
  } catch (error) {
    throw running.death() ?? (await withPicture(withErrors(error as Error, errors), await opened));
  } finally {
    await opened.then((page) => page.close()).catch(() => undefined);
  }
}

/** Whether a request leaves this machine. */
function isElsewhere(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol.startsWith("http") && hostname !== "localhost";
}

function withErrors(cause: Error, errors: readonly string[]): Error {
  if (errors.length === 0) return cause;
  return new Error(`${cause.message}\nThe page's scripts: ${errors.join("; ")}`, { cause });
}

async function withPicture(cause: Error, page: Page): Promise<Error> {
  mkdirSync(SCREENSHOTS, { recursive: true });
  const path = `${SCREENSHOTS}/${new Date().toISOString().replaceAll(":", "-")}.png`;
  await page.screenshot({ path, fullPage: true });
  return new Error(`${cause.message}\nSee ${path}`, { cause });
}

export async function signIn(page: Page, { users }: Tenant): Promise<void> {
  await typeSignIn(page, users.verified);
  await page.getByRole("button", { name: "Sign out" }).waitFor();
}

/** Signs in as somebody, whatever comes of it. */
export async function typeSignIn(
  page: Page,
  { email, password }: Pick<Tenant["users"]["verified"], "email" | "password">,
): Promise<void> {
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByLabel("Email address").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.keyboard.press("Enter");
}

/** Presses a button and gives back the sentence that says what came of it. */
export async function press(page: Page, name: string): Promise<string> {
  await page.getByRole("button", { name, exact: true }).click();
  return outcome(page);
}

export async function outcome(page: Page): Promise<string> {
  const summary = page.getByRole("status").filter({ hasText: /: .*\.$/ });
  return (await summary.textContent()) ?? "";
}

/** What the open run shows of one of its steps; of the last one where several are called so. */
export function step(page: Page, who: string): Promise<string> {
  return page
    .locator("#runs .run[open] li", { has: page.getByRole("heading", { name: who }) })
    .last()
    .innerText();
}

let checks: string | undefined;

/** What keeps somebody out of the page as it is now. */
export async function barriers(page: Page): Promise<unknown> {
  checks ??= await bundledChecks();
  return page.evaluate(`${checks}; checks.barriers()`);
}

async function bundledChecks(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: ["test/e2e/in-page/accessibility.ts"],
    bundle: true,
    write: false,
    format: "iife",
    globalName: "checks",
  });
  return outputFiles.map(({ text }) => text).join("");
}
