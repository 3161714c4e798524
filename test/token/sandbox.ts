/**
 * A Lambda sandbox for tests that need a process of their own: it answers each line of its input, a request, with
 * a line of output. It ends by itself when its input does, unless the authorizer keeps it alive.
 */
import { createInterface } from "node:readline";
import { fetchText } from "../../src/http/client.ts";
import { createAuthorizer } from "../../src/authorizer/create-authorizer.ts";
import type { Settings } from "../../src/settings/settings.ts";

/** A request that came so much later, in milliseconds. */
interface Request {
  readonly token: string;
  readonly later?: number;
}

/** The limit of a fetch where a test sets one, beyond what a setting may say. */
const limitMs = process.env["FETCH_LIMIT_MS"];
let offset = 0;
const authorize = createAuthorizer(JSON.parse(process.env["SETTINGS"] ?? "{}") as Partial<Settings>, {
  clock: () => Date.now() + offset,
  write: () => undefined,
  ...(limitMs === undefined ? {} : { fetch: (uri: string) => fetchText(uri, Number(limitMs)) }),
});
process.stdout.write("ready\n");

createInterface({ input: process.stdin }).on("line", (line) => {
  const { token, later = 0 } = JSON.parse(line) as Request;
  offset += later;
  const methodArn = "arn:aws:execute-api:eu-central-1:123456789012:a1b2c3d4e5/prod/GET/whoami";
  authorize({ type: "TOKEN", authorizationToken: `Bearer ${token}`, methodArn }).then(
    () => process.stdout.write("accepted\n"),
    (error: unknown) => process.stdout.write(`${(error as Error).message}\n`),
  );
});
