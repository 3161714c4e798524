/**
 * The first visit to the page of `npm start`, as somebody has it who types nothing: sign in with the form as it is
 * filled in, call the API, and print the email that the backend saw.
 *
 *     npx tsx test/e2e/first-visit.ts http://localhost:4001
 */
import { launchBrowser } from "../../local/page/browser.ts";
import { outcome, visit } from "./visit.ts";

const [url = "http://localhost:4001"] = process.argv.slice(2);
const running = await launchBrowser();
await visit(running, url, {}, async (page) => {
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByRole("button", { name: "Call GET /whoami", exact: true }).click();
  process.stdout.write(`${await outcome(page)}\n`);
  const behind = page.locator("#runs .run[open] li", {
    has: page.getByRole("heading", { name: "Your backend" }),
  });
  const [email] = /\S+@\S+/.exec(await behind.innerText()) ?? [];
  if (email === undefined) throw new Error("The page shows no email.");
  process.stdout.write(`In the browser: ${email}\n`);
});
await running.browser.close();
