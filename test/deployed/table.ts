import { format } from "prettier";
import { compare, type Comparison } from "./comparison.ts";
import { startOffline } from "./offline.ts";
import type { Reply } from "./probe.ts";
import { remoteProbe } from "./remote-probe.ts";

export const TABLE_FILE = new URL("../../docs/gateway-behaviour.md", import.meta.url);

const INTRODUCTION = `# What gateways do with an authorizer's answer

Written by \`npm run gateway-table\` and checked by a test. What the client gets and what the Lambda behind sees is
what the gateway in \`auth0-api-gateway-authorizer/testing\` does; what serverless-offline does was measured beside
it. "The same" means the same status for the client and the same for the Lambda behind; bodies may differ.

The last column tells why to believe the gateway: the page in which AWS says so, or a question mark. Whoever has an
account can answer the question marks, in five minutes and for less than a cent:

\`\`\`sh
cd test/deployed && npx serverless deploy
npm run test:deployed -- --url https://REST.execute-api.REGION.amazonaws.com/probe \\
  --url https://HTTP.execute-api.REGION.amazonaws.com --url wss://WS.execute-api.REGION.amazonaws.com/probe
\`\`\`

"Sees" is what the Lambda behind finds in \`requestContext.authorizer\`, on a WebSocket with a later message; a dash
where it is not called.
`;

/** The page, with serverless-offline measured anew. */
export async function gatewayTable(): Promise<string> {
  const offline = await startOffline();
  try {
    const comparisons = await compare(await remoteProbe(offline.urls));
    return await format(`${INTRODUCTION}\n${rows(comparisons).join("\n")}\n`, {
      parser: "markdown",
      printWidth: 110,
    });
  } finally {
    await offline.stop();
  }
}

function rows(comparisons: readonly Comparison[]): readonly string[] {
  const head = ["Case", "API", "The client gets", "The Lambda behind sees", "serverless-offline", "Source"];
  const groups = new Map<string, Comparison[]>();
  for (const each of comparisons) {
    const key = [each.name, ...cells(each)].join("\n");
    groups.set(key, [...(groups.get(key) ?? []), each]);
  }
  return [
    row(head),
    row(head.map(() => "---")),
    ...[...groups.values()].map((same) => {
      const [first] = same as [Comparison];
      return row([first.name, same.map(({ kind }) => kind).join(", "), ...cells(first)]);
    }),
  ];
}

function cells({ kit, other, agree, source }: Comparison): readonly string[] {
  const offline = agree
    ? "the same"
    : [outcome(other), other.seen === undefined ? "" : sight(other)].join(" ");
  return [outcome(kit), sight(kit), offline.trim(), source === undefined ? "?" : `[AWS](${source})`];
}

function outcome({ status, body }: Reply): string {
  return body === "" ? String(status) : `${status} \`${body}\``;
}

function sight({ seen }: Reply): string {
  if (seen === undefined) return "–";
  if (typeof seen === "string") return seen;
  return seen === null ? "nothing" : `\`${JSON.stringify(seen)}\``;
}

function row(texts: readonly string[]): string {
  return `| ${texts.map((text) => text.replaceAll("|", "\\|")).join(" | ")} |`;
}
