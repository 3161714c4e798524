import { format } from "prettier";
import { compare, type Comparison } from "./comparison.ts";
import { startOffline } from "./offline.ts";
import { KNOWN_FACTS } from "./known-facts.ts";
import type { Reply } from "./probe.ts";
import { remoteProbe } from "./remote-probe.ts";
import { RECORDED, type Source } from "./sources.ts";

export const TABLE_FILE = new URL("../../bench/gateway-behaviour.md", import.meta.url);

const INTRODUCTION = `# What gateways do with an authorizer's answer

Written by \`npx tsx test/deployed/write-table.ts\` and checked by a test. What the client gets and what the Lambda behind sees is
what the gateway in \`auth0-api-gateway-authorizer/testing\` does; what serverless-offline does was measured beside
it. "The same" means the same status for the client and the same for the Lambda behind; bodies may differ.
`;

const SOURCES = `The last column tells why to believe the gateway: the page in which AWS says so; *recorded*, where
the real one was seen to do it (recordings of 24 and 25 September 2026 in us-east-1, which the public repository
radkawar/stackd keeps); or a question mark, where the emulator guesses. With an AWS account, you can answer the question
marks, in five minutes and for less than a cent:

\`\`\`sh
cd test/deployed && npx serverless deploy
npx tsx test/deployed/run.ts --url https://REST.execute-api.REGION.amazonaws.com/probe \\
  --url https://HTTP.execute-api.REGION.amazonaws.com --url wss://WS.execute-api.REGION.amazonaws.com/probe
\`\`\`

"Sees" is what the Lambda behind finds in \`requestContext.authorizer\`, on a WebSocket with a later message; a dash
where it is not called.
`;

const BESIDE = `## Beside that

What the suite does not ask, because it takes another stage, a second account setting, or patience.
`;

/** The page, with serverless-offline measured anew. */
export async function gatewayTable(): Promise<string> {
  const offline = await startOffline();
  try {
    const groups = grouped(await compare(await remoteProbe(offline.urls)));
    const sections = [INTRODUCTION, counts(groups), SOURCES, caseTable(groups), BESIDE, factTable()];
    return await format(sections.join("\n"), { parser: "markdown", printWidth: 110 });
  } finally {
    await offline.stop();
  }
}

/** Comparisons of one case that came out alike: one row. */
type Group = readonly [Comparison, ...Comparison[]];

function grouped(comparisons: readonly Comparison[]): readonly Group[] {
  const groups = new Map<string, Group>();
  for (const each of comparisons) {
    const key = [each.name, ...cells(each)].join("\n");
    const group = groups.get(key);
    groups.set(key, group === undefined ? [each] : [...group, each]);
  }
  return [...groups.values()];
}

function counts(groups: readonly Group[]): string {
  const all = [...groups.map(([{ sources }]) => sources), ...KNOWN_FACTS.map(({ sources }) => sources)];
  const recorded = all.filter((sources) => sources.includes(RECORDED));
  const both = recorded.filter((sources) => sources.length > 1);
  const open = all.filter((sources) => sources.length === 0);
  const byPage = all.length - recorded.length - open.length;
  return [
    `Of ${all.length} rows, ${recorded.length} were recorded (${both.length} of them stand on a page of AWS too),`,
    `${byPage} stand on a page of AWS alone, and ${open.length} are open: what nobody asked the real gateway so far.\n`,
  ].join("\n");
}

function caseTable(groups: readonly Group[]): string {
  const head = ["Case", "API", "The client gets", "The Lambda behind sees", "serverless-offline", "Source"];
  const rows = groups.map((group) => [
    group[0].name,
    group.map(({ kind }) => kind).join(", "),
    ...cells(group[0]),
  ]);
  return table([head, ...rows]);
}

function factTable(): string {
  return table([
    ["What", "API", "Source"],
    ...KNOWN_FACTS.map(({ what, api, sources }) => [what, api, sourceCell(sources)]),
  ]);
}

function table([head = [], ...rows]: readonly (readonly string[])[]): string {
  return `${[row(head), row(head.map(() => "---")), ...rows.map(row)].join("\n")}\n`;
}

function cells({ kit, other, agree, sources }: Comparison): readonly string[] {
  const offline = agree
    ? "the same"
    : [outcome(other), other.seen === undefined ? "" : sight(other)].join(" ");
  return [outcome(kit), sight(kit), offline.trim(), sourceCell(sources)];
}

function sourceCell(sources: readonly Source[]): string {
  if (sources.length === 0) return "?";
  return sources.map((source) => (source === RECORDED ? "_recorded_" : `[AWS](${source})`)).join(", ");
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
