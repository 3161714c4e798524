/**
 * What each way to use `./verifier` costs beside the authorizer: one process, warm, a different token for each call. Each
 * round measures every entry point, each time another one first; a number is the median of the rounds' ratios.
 *
 *     npx tsx tools/build/install.ts examples/mcp-server
 *     npx tsx bench/entry-points.ts    about half a minute; prints the table of bench/verifier.md
 */
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { tenantOfTests } from "../examples/verifier/tenant.ts";
import { createAuthorizer } from "../src/authorizer/create-authorizer.ts";
import { bearerEvent } from "../src/testing/events.ts";
import { answerHelp } from "../tools/build/usage.ts";
import { median } from "./statistics.ts";

answerHelp(
  "Measures the entry points of ./verifier beside the authorizer.\n\n  npx tsx bench/entry-points.ts\n",
);

const ROUNDS = 60;
const CALLS = 100;
const WARM_UP = 2000;
/** JavaScript without types, with its own copy of the SDK. */
const MCP_EXAMPLE = new URL("../examples/mcp-server/token-verifier.mjs", import.meta.url).href;

const tenant = await tenantOfTests();
const { verify } = await import("../examples/verifier/auth.ts");
const { handler: functionUrl } = await import("../examples/verifier/function-url.ts");
const { handler: appSync } = await import("../examples/verifier/appsync.ts");
const { renew } = await import("../examples/verifier/renewed-chat.ts");
const { backend } = await import("../examples/verifier/backend.ts");
const { tokenVerifier } = (await import(MCP_EXAMPLE)) as {
  tokenVerifier: (verifyToken: typeof verify) => { verifyAccessToken: (token: string) => Promise<unknown> };
};
const mcp = tokenVerifier(verify);
const opener = (await verify(tenant.idToken())).context;
const server = backend().listen(0, "127.0.0.1");
await once(server, "listening");
const { port } = server.address() as AddressInfo;
const authorize = createAuthorizer(tenant.settings, { write: () => undefined });

/** A request with a token, and what answers it. */
interface EntryPoint {
  readonly request: (token: string) => unknown;
  readonly answer: (request: never) => unknown;
}

const ENTRY_POINTS: Readonly<Record<string, EntryPoint>> = {
  "the authorizer, its log line included": {
    request: (token) => bearerEvent("http-2.0", token),
    answer: authorize,
  },
  "`verify(token)`": { request: (token) => token, answer: (token: string) => verify(token) },
  "a Lambda Function URL": {
    request: (token) => ({ headers: { authorization: `Bearer ${token}` } }),
    answer: (event) => functionUrl(event, {} as never, () => undefined),
  },
  "an AppSync authorizer": {
    request: (authorizationToken) => ({ authorizationToken }),
    answer: (event) => appSync(event, {} as never, () => undefined),
  },
  "a fresh token for an open WebSocket": {
    request: (token) => ({
      body: JSON.stringify({ action: "renew", token }),
      requestContext: { connectionId: "a", authorizer: opener },
    }),
    answer: (event) => renew(event, {} as never, () => undefined),
  },
  "an MCP server's token verifier": {
    request: (token) => token,
    answer: (token: string) => mcp.verifyAccessToken(token),
  },
  "a backend, its HTTP on the loopback included": {
    request: (token) => ({ headers: { authorization: `Bearer ${token}` } }),
    answer: async (request: RequestInit) => (await fetch(`http://127.0.0.1:${port}/`, request)).text(),
  },
};
const NAMES = Object.keys(ENTRY_POINTS);
const [AUTHORIZER = ""] = NAMES;

let issued = 0;
function newTokens(count: number): readonly string[] {
  return Array.from({ length: count }, () => tenant.idToken({ claims: { jti: String((issued += 1)) } }));
}

/** Milliseconds for one call. */
async function timeOf(name: string, tokens: readonly string[]): Promise<number> {
  const { request, answer } = ENTRY_POINTS[name] ?? { request: () => undefined, answer: () => undefined };
  const requests = tokens.map(request) as never[];
  const startedAt = performance.now();
  for (const each of requests) await answer(each);
  return (performance.now() - startedAt) / tokens.length;
}

for (const name of NAMES) await timeOf(name, newTokens(WARM_UP));
const ratios = new Map<string, number[]>(NAMES.map((name) => [name, []]));
for (let round = 0; round < ROUNDS; round += 1) {
  const times = new Map<string, number>();
  for (const turn of NAMES.keys()) {
    const name = NAMES[(round + turn) % NAMES.length] ?? "";
    times.set(name, await timeOf(name, newTokens(CALLS)));
  }
  for (const [name, time] of times) ratios.get(name)?.push(time / (times.get(AUTHORIZER) ?? Number.NaN));
}
console.log("| where | the authorizer = 1 |\n| --- | ---: |");
for (const [name, all] of ratios) console.log(`| ${name} | ${median(all).toFixed(2)} |`);
server.close();
server.closeAllConnections();
await tenant.close();
