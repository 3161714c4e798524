import { format } from "prettier";
import { CASES } from "../../deployed/cases.ts";
import type { Kind } from "../../deployed/probe.ts";
import { formatRoutePermissions } from "../../../src/settings/route-permissions.ts";
import { ROUTE_CASES, type Access, type RouteCase } from "./cases.ts";
import { RULES } from "./fixtures.ts";
import { KEY_CASES, type KeyCase } from "./keys.ts";

export const TABLE_FILE = new URL("../../../bench/routes.md", import.meta.url);

const INTRODUCTION = `# Permissions by route: who may call what

Written by \`npx tsx test/authorizer/routes/write-table.ts\`. \`test/authorizer/routes\` asks every row of the emulated API
Gateway with the tokens of five callers, with and without its cache, in both orders.

The APIs have the routes \`GET\` and \`POST /orders/{id}\`, \`ANY /admin/{proxy+}\`, \`ANY /any\`, \`GET /hello\`,
\`GET /files/{name}\` and, for everything else, \`$default\` or \`ANY /{proxy+}\`, all behind the authorizer. The rules are:
`;

const MARKS = `How the gateway's part of a row is known:

- **recorded**: a public recording of the real gateway shows it ([sources](gateway-behaviour.md)).
- **deployed suite**: the suite for a deployed stage asks it, and no recording is known. Until it has run in your account,
  believe the row as far as you believe the emulator.
- **emulated**: the emulator does it, by AWS's pages or by a guess. One guess is that an HTTP API matches routes with the
  decoded path.
`;

const REQUESTS = `## Requests

Each cell says who is allowed; **denied** means that no caller is. Other callers get 403, and 401 without a token for this API.
The HTTP API has payload 2.0, simple responses or policies, and is cached by token and route key. The REST API has a REQUEST
authorizer without a cache, or is cached by token, \`context.httpMethod\` and \`context.path\`.
`;

const KEYS = `## What the cache keeps answers under

With a wrong key, no caller is allowed what the rules do not allow. What happens instead to calls that they do allow:
`;

const OTHERS = `A REST API whose key lacks the token gives one caller the identity of another, with and without permissions by route. The
authorizer cannot see that, so \`validate\` reports it (\`identity-source-without-token\`).

A WebSocket API has one route to authorize, \`$connect\`, and no cache (recorded).

## What does not ask the authorizer

An open \`$default\` or \`ANY /{proxy+}\` takes what no other route does, without a token: \`HEAD /orders/1\`, and on an HTTP API
\`GET /hello/\`. Guard it too; \`validate\` reports it (\`open-catch-all\`).
`;

/** The page. */
export async function routesTable(): Promise<string> {
  const rules = formatRoutePermissions(RULES).replaceAll(",", ", ");
  const sections = [
    INTRODUCTION,
    `\`\`\`ini\nAUTHORIZER_ROUTE_PERMISSIONS="${rules}"\n\`\`\`\n`,
    MARKS,
    REQUESTS,
    requestTable(),
    KEYS,
    keyTable(),
    OTHERS,
  ];
  return format(sections.join("\n"), { parser: "markdown", printWidth: 128 });
}

function requestTable(): string {
  const head = ["request", "what", "HTTP API", "", "REST API", ""];
  return toTable(head, ROUTE_CASES.map(requestRow));
}

function requestRow(one: RouteCase): string[] {
  const sent = Object.entries(one.headers ?? {}).map(([name, value]) => ` with \`${name}: ${value}\``);
  const request = one.request.length > 60 ? `${one.request.slice(0, 14)}…` : one.request;
  return [
    `\`${request}\`${sent.join("")}`,
    one.what,
    toAccess(one.http),
    getMark(one.asked.http, "HTTP 2.0"),
    toAccess(one.rest),
    getMark(one.asked.rest, "REST REQUEST"),
  ];
}

function toAccess(access: Access): string {
  if (access === "reader") return "`read:orders`";
  if (access === "admin") return "`admin`";
  if (access === "error") return "500";
  return access === 400 ? "400, by the gateway" : access;
}

function keyTable(): string {
  return toTable(
    ["API", "key", "calls that the rules allow", "known"],
    KEY_CASES.map((one) => [one.api, one.key, toResult(one), getMark(one.asked?.[0], one.asked?.[1])]),
  );
}

function toResult({ result, reason }: KeyCase): string {
  if (result === "error") return `500 \`${reason ?? ""}\``;
  return result === "allowed" ? result : "the first is allowed, others are denied until the entry ends";
}

/** How the behavior of the gateway that a row rests on is known. */
function getMark(asked: string | undefined, kind: string | undefined): string {
  if (asked === undefined) return "emulated";
  const found = CASES.find(({ name }) => name === asked);
  if (found === undefined) throw new Error(`the suite for a deployed stage has no case ${asked}`);
  if (!found.kinds.includes(kind as Kind)) return "emulated";
  const sources = found.sources(kind as Kind);
  const isRecorded = sources.some((source) => typeof source !== "string" && source.how === "recorded");
  return isRecorded ? "recorded" : "deployed suite";
}

function toTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, head.map(() => "---"), ...rows];
  return `${lines.map((cells) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`).join("\n")}\n`;
}
