import { DENY_REASONS, ERROR_REASONS, UNAUTHORIZED_REASONS } from "../../src/errors.ts";

interface Part {
  readonly title: string;
  readonly gets: string;
  readonly hints: Readonly<Record<string, string>>;
}

const PARTS: readonly Part[] = [
  {
    title: "No valid token",
    gets: "Every kind of API answers **401**, or an HTTP API **403** where `AUTHORIZER_HTTP_API_UNAUTHORIZED` says so. The client should get a new token, once.",
    hints: UNAUTHORIZED_REASONS,
  },
  {
    title: "Valid token, caller refused",
    gets: "Every kind of API answers **403**. A new token of the same kind would be refused again.",
    hints: DENY_REASONS,
  },
  {
    title: "Cannot decide",
    gets: "Every kind of API answers **500**, or what its gateway responses make of it (503 here). It is not the token's fault: the client should keep it and try again.",
    hints: ERROR_REASONS,
  },
];

const HEAD = `# Reasons

Written by \`npm run docs\` from \`src/errors.ts\`.

The log line of a refusal has a \`reason\`, which is one of these, and a \`hint\`, which is the text beside it. Alarms
and dashboards go by the reason. The caller never sees a hint; a refused caller's reason is in the context of the
answer, where a gateway response may use it. [\`explain\`](cli.md) says of one token which rule refuses it.
`;

/** The page about all reasons. */
export function reasonsPage(): string {
  return [HEAD, ...PARTS.map(asMarkdown)].join("\n");
}

function asMarkdown({ title, gets, hints }: Part): string {
  const rows = Object.entries(hints).map(
    ([reason, hint]) =>
      `| <a id="${reason}"></a>\`${reason}\` | ${hint.replaceAll("|", "\\|").replaceAll("<", "\\<")} |`,
  );
  return `## ${title}\n\n${gets}\n\n| reason | what it means, and what to do |\n| --- | --- |\n${rows.join("\n")}\n`;
}
