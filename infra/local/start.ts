import { parseArgs } from "node:util";
import { startPage, type Page } from "./page/server.ts";
import { startStack, type Ports, type Stack } from "./stack.ts";
import { users } from "./tenant/directory.ts";

const USAGE = `Runs the tenant, the authorizer and a protected API on this machine. No account is needed.

  npm start [-- --tenant-port 4000 --page-port 4001 --http-port 3000 --websocket-port 3001 --lambda-port 3002 --verbose]
`;

const { values } = parseArgs({
  options: {
    "tenant-port": { type: "string", default: "4000" },
    "page-port": { type: "string", default: "4001" },
    "http-port": { type: "string", default: "3000" },
    "websocket-port": { type: "string", default: "3001" },
    "lambda-port": { type: "string", default: "3002" },
    verbose: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

if (values.help) process.stdout.write(USAGE);
else await run();

async function run(): Promise<void> {
  const ports: Ports = {
    tenant: Number(values["tenant-port"]),
    http: Number(values["http-port"]),
    webSocket: Number(values["websocket-port"]),
    lambda: Number(values["lambda-port"]),
  };
  try {
    const pagePort = Number(values["page-port"]);
    const spaOrigins = [`http://localhost:${pagePort}`];
    const stack = await startStack({ ports, tenant: { spaOrigins }, onLine: print });
    const page = await startPage({ ...stack, port: pagePort }).catch(async (error: unknown) => {
      await stack.stop();
      throw error;
    });
    process.stdout.write(summary(stack, page));
    const stop = (): void => void Promise.all([stack.stop(), page.close()]);
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, stop);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    process.exitCode = 1;
  }
}

/** The authorizer's decisions, shortened; what serverless-offline says about itself only when asked for. */
function print(line: string): void {
  if (values.verbose) process.stdout.write(`${line}\n`);
  else if (line.startsWith('{"level":')) process.stdout.write(`${shortened(JSON.parse(line) as LogLine)}\n`);
}

type LogLine = Readonly<
  Partial<Record<"time" | "event" | "decision" | "gateway" | "reason" | "hint" | "detail", string>>
>;

function shortened({ time = "", event, decision, gateway, reason, hint, detail }: LogLine): string {
  const what = event === "decision" ? [gateway, decision] : [event];
  return [time.slice(11, 19), ...what, reason, detail, hint].filter(Boolean).join("  ");
}

function summary({ tenant, urls }: Stack, page: Page): string {
  const issuerOption = values["tenant-port"] === "4000" ? "" : ` -- --issuer ${tenant.issuer}`;
  return `
See it        ${page.url}

Tenant        ${tenant.issuer}
Users         ${users.verified.email}, password ${users.verified.password}
              ${users.unverified.email}, password ${users.unverified.password} (not verified: refused)
REST, TOKEN   ${urls.restToken}
REST, REQUEST ${urls.restRequest}
HTTP, policy  ${urls.httpPolicy}
HTTP, simple  ${urls.httpSimple}
WebSocket     ${urls.webSocket}?access_token=TOKEN (send anything)

Sign in and call the API:

  curl -H "Authorization: Bearer $(npm run --silent token${issuerOption})" ${urls.restToken}

npm run token -- --help tells how to get the tokens of other users and applications. Ctrl-C stops everything.
`;
}
