import { DENY_REASONS, ERROR_REASONS, UNAUTHORIZED_REASONS } from "../../src/errors.ts";

interface Part {
  readonly title: string;
  readonly gets: string;
  readonly hints: Readonly<Record<string, string>>;
}

const PARTS: readonly Part[] = [
  {
    title: "Unauthorized: no valid token",
    gets: "The client gets **401** and should get a new token, once. On an HTTP API with `AUTHORIZER_HTTP_API_UNAUTHORIZED=403` it gets 403, except for `not_yet_valid` and `unknown_key`.",
    hints: UNAUTHORIZED_REASONS,
  },
  {
    title: "Deny: valid token, caller not allowed",
    gets: "The client gets **403**. A new token helps only if something has changed since the old one was issued: a verified email, a role, a permission, a membership. The old token still carries the old values.",
    hints: DENY_REASONS,
  },
  {
    title: "Error: it cannot be decided",
    gets: "The client gets **500**, or 503 with this project's [gateway responses](responses.md#gateway-responses). It should keep the token and try again.",
    hints: ERROR_REASONS,
  },
];

const HEAD = `# Reasons

Written by \`npm run docs\` from \`src/errors.ts\`.

The [log line](monitoring.md#the-log-line) of a refusal has one of these as its \`reason\`, and the text beside it as its
\`hint\`. Metrics and alarms use the reason. Callers never see a hint. A denied caller's reason is in the answer's context,
so a gateway response can show it. [\`explain\`](cli.md#explain) says which rule refuses a token, and
[Troubleshooting](troubleshooting.md) starts from the symptom.
`;

/** The page about all reasons. */
export function reasonsPage(): string {
  return [HEAD, ...PARTS.map(asMarkdown)].join("\n");
}

function asMarkdown({ title, gets, hints }: Part): string {
  const rows = Object.entries(hints).map(
    ([reason, hint]) => `| <a id="${reason}"></a>\`${reason}\` | ${toCell(hint)} |`,
  );
  return `## ${title}\n\n${gets}\n\n| reason | what it means, and what to do |\n| --- | --- |\n${rows.join("\n")}\n`;
}

/** Within a code span, a backslash before `<` would be shown. */
function toCell(hint: string): string {
  const parts = hint.replaceAll("|", "\\|").split("`");
  return parts.map((part, index) => (index % 2 === 0 ? part.replaceAll("<", "\\<") : part)).join("`");
}
