import { RULES } from "../../src/deploy/lint/rules/rules.ts";

const HEAD = `# Rules of validate

Written by \`npm run docs\` from \`src/deploy/lint/rules\`.

[\`validate\`](cli.md#validate) and the plugin check these. An error is certain and serious, a warning is unusual, and what
could not be read is "not checked".
`;

const SEVERITIES = { error: "Errors", warning: "Warnings", "not checked": "Not checked" } as const;

/** The page about all rules of `validate`. */
export function rulesPage(): string {
  const parts = Object.entries(SEVERITIES).map(([severity, title]) => {
    const rows = Object.entries(RULES)
      .filter(([, rule]) => rule.severity === severity)
      .map(
        ([name, { title: finds, why, fix }]) =>
          `| <a id="${name}"></a>\`${name}\` | ${[finds, why, fix].map(toCell).join(" | ")} |`,
      );
    return `## ${title}\n\n| rule | finds | why it matters | what to write |\n| --- | --- | --- | --- |\n${rows.join("\n")}\n`;
  });
  return [HEAD, ...parts].join("\n");
}

function toCell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("<", "\\<");
}
