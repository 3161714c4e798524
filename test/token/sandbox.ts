/**
 * A Lambda sandbox for tests that need a process of their own: it answers each line of its input, a request, with
 * a line of output. It ends by itself when its input does, unless the authorizer keeps it alive.
 */
import { createInterface } from "node:readline";
import { fetchText } from "../../src/http/client.ts";
import { createAuthorizer } from "../../src/authorizer/create-authorizer.ts";
import type { Settings } from "../../src/settings/settings.ts";

/** A request that came so much later, and the limit of the one fetch that it starts, both in milliseconds. */
interface Request {
  readonly token: string;
  readonly later?: number;
  readonly limitMs?: number;
}

/** Where a test waits for an answer, no limit of a fetch may come first. */
const PATIENCE_MS = 120_000;
let nextLimitMs = Number(process.env["FIRST_LIMIT_MS"] ?? PATIENCE_MS);
let offset = 0;
const authorize = createAuthorizer(JSON.parse(process.env["SETTINGS"] ?? "{}") as Partial<Settings>, {
  clock: () => Date.now() + offset,
  write: () => undefined,
  fetch: (uri) => {
    const limitMs = nextLimitMs;
    nextLimitMs = PATIENCE_MS;
    return fetchText(uri, limitMs);
  },
});
process.stdout.write("ready\n");

createInterface({ input: process.stdin }).on("line", (line) => {
  const { token, later = 0, limitMs = PATIENCE_MS } = JSON.parse(line) as Request;
  nextLimitMs = limitMs;
  offset += later;
  const methodArn = "arn:aws:execute-api:eu-central-1:123456789012:a1b2c3d4e5/prod/GET/whoami";
  authorize({ type: "TOKEN", authorizationToken: `Bearer ${token}`, methodArn }).then(
    () => process.stdout.write("accepted\n"),
    (error: unknown) => process.stdout.write(`${(error as Error).message}\n`),
  );
});
