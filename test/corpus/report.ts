import { mkdirSync, writeFileSync } from "node:fs";
import type { Outcome } from "./mutants.ts";

/** A service in the table of the corpus. */
export interface Row {
  readonly name: string;
  readonly tool: string;
  /** Whether it was packaged at the first try, or refused. */
  readonly packaged: string;
  /** The rules that found something, and other refusals in words. */
  readonly errors: readonly string[];
  readonly warnings: readonly string[];
  readonly notChecked: readonly string[];
  /** What is to be found. */
  readonly expected: Pick<Row, "errors" | "warnings" | "notChecked">;
  readonly because: string;
}

const KINDS = ["errors", "warnings", "notChecked"] as const;

/** Right; or what was found and should not be, and what should be found and was not. */
export function judge(row: Row): string {
  const extra = KINDS.flatMap((kind) => row[kind].filter((rule) => !row.expected[kind].includes(rule)));
  const missing = KINDS.flatMap((kind) => row.expected[kind].filter((rule) => !row[kind].includes(rule)));
  if (extra.length > 0) return `false alarm: ${extra.join(", ")}`;
  return missing.length > 0 ? `missed: ${missing.join(", ")}` : "right";
}

/** Where the parts of the corpus leave their rows for `test/corpus/table.ts`; nowhere unless it asks. */
const FOLDER = process.env["CORPUS_ROWS"];

/** Prints the rows of a part of the corpus, and leaves them for the table. */
export function reportCorpus(part: string, rows: readonly Row[]): void {
  process.stderr.write(`${formatTable(rows)}\n`);
  leave(`${part.toLowerCase()}.rows.json`, rows);
}

/** How many mutants of each kind there were, and what became of them. */
export function formatMutants(part: string, outcomes: readonly Outcome[]): string {
  leave(`${part.toLowerCase()}.mutants.json`, outcomes);
  const lines = outcomes.map(
    ({ what, mutants, errors, notChecked, survivors }) =>
      `  ${what}: ${mutants} mutants, ${errors} errors, ${notChecked} not checked, ${survivors.length} missed`,
  );
  const total = outcomes.reduce((sum, { mutants }) => sum + mutants, 0);
  return `${part}: ${total} mutants\n${lines.join("\n")}\n`;
}

function leave(name: string, content: unknown): void {
  if (FOLDER === undefined) return;
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(`${FOLDER}/${name}`, JSON.stringify(content));
}

/** The rows as a table in Markdown. */
export function formatTable(rows: readonly Row[]): string {
  const lines = rows.map((row) => {
    const cells = [
      row.name,
      row.tool,
      row.packaged,
      ...KINDS.map((kind) => row[kind].join(", ")),
      judge(row),
    ];
    return `| ${[...cells, row.because].join(" | ")} |`;
  });
  return [
    "| service | tool | packaged | errors | warnings | not checked | judgement | because |",
    "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ...lines,
  ].join("\n");
}
