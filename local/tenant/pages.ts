import { createHash } from "node:crypto";
import type { User } from "./directory.ts";

export interface LoginPage {
  /** The application that the user signs in to. */
  readonly application: string;
  /** Who may sign in. */
  readonly users: readonly User[];
  /** What the email field starts with: the last attempt, or the application's `login_hint`; else the first user's. */
  readonly email?: string;
  readonly error?: string;
}

const STYLE = `
  :root { color-scheme: light dark; --ink: #1d1f27; --paper: #fff; --ground: #eef0f5; --line: #c3c7d3; --key: #3f51d8; --bad: #b3261e; }
  @media (prefers-color-scheme: dark) {
    :root { --ink: #eceef5; --paper: #1e2029; --ground: #121319; --line: #474b5c; --key: #98a5ff; --bad: #ff9d94; }
  }
  * { box-sizing: border-box; }
  body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1rem; background: var(--ground); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
  main { width: min(24rem, 100%); padding: 2.25rem; background: var(--paper); border-radius: 1rem; box-shadow: 0 .5rem 2.5rem #0000001f; }
  h1 { margin: 0 0 .25rem; font-size: 1.5rem; line-height: 1.2; }
  p { margin: 0 0 1.25rem; overflow-wrap: anywhere; }
  label { display: block; margin-bottom: .25rem; font-weight: 600; }
  input, button { width: 100%; padding: .7rem .8rem; border-radius: .5rem; font: inherit; }
  input { margin-bottom: 1rem; border: 1px solid var(--line); background: transparent; color: inherit; }
  button { margin-top: .25rem; border: 0; background: var(--key); color: var(--paper); font-weight: 600; cursor: pointer; }
  :focus-visible { outline: 3px solid var(--key); outline-offset: 2px; }
  [role="alert"] { color: var(--bad); font-weight: 600; }
  footer { margin-top: 1.5rem; font-size: .85rem; opacity: .85; }
  ul { margin: .5rem 0 0; padding-left: 1.25rem; }
  li { overflow-wrap: anywhere; }
`;

/**
 * Sent with every page: its own style and nothing else, in no one's frame. `form-action` is left out on purpose,
 * because browsers apply it to the redirects after a form too, and these end at the application.
 */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash("sha256").update(STYLE).digest("base64")}'`,
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join("; ");

/**
 * The form is filled in for a user of the tenant: nothing here is secret. It posts to its own address, which only the
 * browser that started this sign-in can know.
 */
export function loginPage({ application, users, email = users[0]?.email ?? "", error }: LoginPage): string {
  const known = users.find((user) => user.email === email);
  // After a mistake the password is what has to be typed again.
  const password = error === undefined ? (known?.password ?? "") : "";
  const focus = { password: password === "" ? "autofocus" : "", submit: password === "" ? "" : "autofocus" };
  return page(
    "Sign in",
    `<p>to continue to <strong>${escapeHtml(application)}</strong></p>
      ${error ? `<p role="alert" id="error">${escapeHtml(error)}</p>` : ""}
      <form method="post" ${error ? 'aria-describedby="error"' : ""}>
        <label for="email">Email address</label>
        <input id="email" name="email" type="email" autocomplete="username" required value="${escapeHtml(email)}">
        <label for="password">Password</label>
        <input id="password" name="password" type="password" autocomplete="current-password" required ${focus.password} value="${escapeHtml(password)}">
        <button type="submit" ${focus.submit}>Continue</button>
      </form>
      <footer>The local tenant, and who may sign in to it:<ul>${users.map(userLine).join("")}</ul></footer>`,
  );
}

function userLine({ email, password }: User): string {
  return `<li>${escapeHtml(email)}, password <code>${escapeHtml(password)}</code></li>`;
}

export function messagePage(title: string, message: string): string {
  return page(title, `<p>${escapeHtml(message)}</p>`);
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>${escapeHtml(title)}</title>
    <style>${STYLE}</style>
  </head>
  <body>
    <main>
      <h1>${escapeHtml(title)}</h1>
      ${body}
    </main>
  </body>
</html>
`;
}
