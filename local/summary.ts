import type { HostedPython } from "./hosted-python.ts";
import type { Page } from "./page/server.ts";
import type { Stack } from "./stack.ts";
import { DEFAULT_ISSUER, users } from "./tenant/directory.ts";

/** Serverless-offline's options for the ports of a service, in the order of its own default ports. */
const PORT_OPTIONS = ["--httpPort", "--websocketPort", "--lambdaPort"];

interface Started {
  readonly stack: Stack;
  readonly page: Page;
  readonly python: HostedPython | undefined;
}

/** What `npm start` says once everything answers. */
export function summary({ stack, page, python }: Started, freePorts: readonly number[]): string {
  const { tenant, urls } = stack;
  return `
See it        ${page.url}
Auth0.js      ${page.url}/auth0-js
Lock          ${page.url}/lock

Tenant        ${tenant.issuer}
Users         ${users.verified.email}, password ${users.verified.password}
              ${users.unverified.email}, password ${users.unverified.password} (not verified: refused)
REST, TOKEN   ${urls.restToken}
REST, REQUEST ${urls.restRequest}
HTTP, policy  ${urls.httpPolicy}
HTTP, simple  ${urls.httpSimple}
WebSocket     ${urls.webSocket}?access_token=TOKEN (send anything)
${pythonLines(python)}
Sign in and call the API:

  curl -H "Authorization: Bearer $(${tokenCommand(tenant.issuer)})" ${urls.restToken}

For a service of your own, with this tenant, on ports that are free:

${settingsLines(stack)}
  npx serverless offline ${freePorts.map((port, index) => `${PORT_OPTIONS[index]} ${port}`).join(" ")}

npm run token -- --help tells how to get the tokens of other users and applications. Ctrl-C stops everything.
`;
}

function pythonLines(python: HostedPython | undefined): string {
  if (python === undefined)
    return "Python        not started: examples/hosted-python-api needs python3, 3.9 or newer\n";
  return `Python, REST  ${python.restApi}/me\nPython, HTTP  ${python.httpApi}/me\n`;
}

function tokenCommand(issuer: string): string {
  return `npm run --silent token${issuer === DEFAULT_ISSUER ? "" : ` -- --issuer ${issuer}`}`;
}

function settingsLines({ settings }: Stack): string {
  return Object.entries(settings)
    .map(([name, value]) => `  ${name}=${value}\n`)
    .join("");
}
