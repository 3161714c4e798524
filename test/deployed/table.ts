import { format } from "prettier";
import { compare, type Comparison } from "./comparison.ts";
import { startOffline } from "./offline.ts";
import { KNOWN_FACTS } from "./known-facts.ts";
import { KNOWN_TEXTS } from "./known-texts.ts";
import type { Reply } from "./probe.ts";
import { remoteProbe } from "./remote-probe.ts";
import type { Source } from "./sources.ts";

export const TABLE_FILE = new URL("../../bench/gateway-behaviour.md", import.meta.url);

const INTRODUCTION = `# What gateways do with an authorizer's answer

Written by \`npx tsx test/deployed/write-table.ts\` and checked by a test. What the client gets and what the backend sees is
what the gateway in \`auth0-api-gateway-authorizer/testing\` does; what serverless-offline does was measured beside
it. "The same" means the same status for the client and the same for the backend; bodies may differ.
`;

const SOURCES = `The last two columns tell why to believe the gateway. *Recorded*: a public repository keeps what the
real one answered (radkawar/stackd of 24 and 25 September 2026, others of 2024 to 2026). *AWS's page*: AWS says so. *Other
people's report*: someone pasted or described what they saw; how certain it is for today's gateway and that kind of API
follows the source. *Not verified*: the emulator guesses. With an AWS account, you can verify those, in five minutes and for
less than a cent:

\`\`\`sh
cd test/deployed && npx serverless deploy
npx tsx test/deployed/run.ts --url https://REST.execute-api.REGION.amazonaws.com/variables \\
  --url https://HTTP.execute-api.REGION.amazonaws.com --url wss://WS.execute-api.REGION.amazonaws.com/probe
\`\`\`

"Sees" is what the backend finds in \`requestContext.authorizer\`, on a WebSocket with a later message, or the
route that was reached; a dash where it is not called. "By" tells which identity sources an API has beside the token.
`;

const BESIDE = `## Beside that

What the suite does not ask, because it takes another stage, a second account setting, or patience.
`;

const TEXTS = `## Texts to search for

What the gateway writes to its execution log, or the tools say when they create an authorizer, and what it means.
`;

/** The page, with serverless-offline measured anew. */
export async function gatewayTable(): Promise<string> {
  const offline = await startOffline();
  try {
    const groups = grouped(await compare(await remoteProbe(offline.urls)));
    const sections = [
      INTRODUCTION,
      counts(groups),
      SOURCES,
      caseTable(groups),
      BESIDE,
      factTable(),
      TEXTS,
      textTable(),
    ];
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
  const [recorded = 0, page = 0, report = 0, open = 0] = GRADES.map(
    (grade) => all.filter((sources) => getGrade(sources) === grade).length,
  );
  return [
    `Of ${all.length} rows, ${recorded} were recorded, ${page} stand on a page of AWS alone, ${report} are other people's`,
    `reports, and ${open} are not verified.\n`,
  ].join("\n");
}

function caseTable(groups: readonly Group[]): string {
  const head = [
    "Case",
    "API",
    "The client gets",
    "The backend sees",
    "serverless-offline",
    "Known by",
    "Source",
  ];
  const rows = groups.map((group) => [
    group[0].name,
    group.map(({ kind }) => kind).join(", "),
    ...cells(group[0]),
  ]);
  return table([head, ...rows]);
}

function factTable(): string {
  return table([
    ["What", "API", "Known by", "Source"],
    ...KNOWN_FACTS.map(({ what, api, sources }) => [what, api, getGrade(sources), sourceCell(sources)]),
  ]);
}

function textTable(): string {
  return table([
    ["Text", "Meaning", "Known by", "Source"],
    ...KNOWN_TEXTS.map(({ text, meaning, sources }) => [
      `\`${text}\``,
      meaning,
      getGrade(sources),
      sourceCell(sources),
    ]),
  ]);
}

function table([head = [], ...rows]: readonly (readonly string[])[]): string {
  return `${[row(head), row(head.map(() => "---")), ...rows.map(row)].join("\n")}\n`;
}

function cells({ kit, other, agree, sources }: Comparison): readonly string[] {
  const offline = agree
    ? "the same"
    : [outcome(other), other.seen === undefined ? "" : sight(other)].join(" ");
  return [outcome(kit), sight(kit), offline.trim(), getGrade(sources), sourceCell(sources)];
}

function sourceCell(sources: readonly Source[]): string {
  const cells = sources.map((source) => {
    if (typeof source === "string") return `[AWS](${source})`;
    const name = source.url === undefined ? source.by : `[${source.by}](${source.url})`;
    return source.how === "recorded" ? name : `${name}, ${source.confidence}`;
  });
  return cells.length === 0 ? "–" : cells.join("; ");
}

const GRADES = ["recorded", "AWS's page", "other people's report", "not verified"] as const;

/** The best that is known of a row. */
function getGrade(sources: readonly Source[]): (typeof GRADES)[number] {
  const how = sources.map((source) => (typeof source === "string" ? "page" : source.how));
  if (how.includes("recorded")) return "recorded";
  if (how.includes("page")) return "AWS's page";
  return how.length > 0 ? "other people's report" : "not verified";
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
