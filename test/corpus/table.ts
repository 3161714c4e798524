/** Packages and validates every service of the corpus, prints the table, and writes it into `bench/services.md`. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Outcome } from "./mutants.ts";
import { formatTable, judge, type Row } from "./report.ts";

const PAGE = "bench/services.md";
const HEADING = "## Corpus";
const TESTS = ["test/corpus/corpus.test.ts", "test/corpus/templates.test.ts"];
const JEST = ["--experimental-vm-modules", "node_modules/jest/bin/jest.js"];

if (process.argv.includes("--help"))
  process.stdout.write(
    "Packages and validates the corpus of services and writes bench/services.md.\n\n  npx tsx test/corpus/table.ts [FOLDER]\n\nFOLDER has what CORPUS_ROWS=FOLDER left of the tests: nothing is packaged again.\n",
  );
else process.exitCode = run(process.argv[2]);

function run(given: string | undefined): number {
  const folder = given ?? mkdtempSync(join(tmpdir(), "corpus-rows-"));
  try {
    const env = { ...process.env, CORPUS_ROWS: folder };
    const args = [...JEST, ...TESTS];
    const status =
      given === undefined ? spawnSync(process.execPath, args, { env, stdio: "inherit" }).status : 0;
    const section = formatSection(read(folder, "rows"), read(folder, "mutants"));
    process.stdout.write(section);
    writeFileSync(
      PAGE,
      replaceSection(existsSync(PAGE) ? readFileSync(PAGE, "utf8") : "# Services\n", section),
    );
    return status ?? 1;
  } finally {
    if (given === undefined) rmSync(folder, { recursive: true });
  }
}

/** What each part left: nothing of one that was not run. */
function read<T extends Row | Outcome>(folder: string, kind: "rows" | "mutants"): T[] {
  return ["serverless", "templates"].flatMap((part) => {
    const path = join(folder, `${part}.${kind}.json`);
    return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as T[]) : [];
  });
}

function formatSection(rows: readonly Row[], mutants: readonly Outcome[]): string {
  const count = (is: (row: Row) => boolean): number => rows.filter(is).length;
  const wrong = (start: string): number => count((row) => judge(row).startsWith(start));
  const total = (of: (outcome: Outcome) => number): number =>
    mutants.reduce((sum, outcome) => sum + of(outcome), 0);
  return `${HEADING}

Services that we wrote after the patterns that people use, each packaged or synthesized and validated by the part
\`corpus\` of \`npm run test:all\`. \`npx tsx test/corpus/table.ts\` writes this section. SAM is read as it stands, before its
transform. \`validate\` reads no Terraform, and says so.

- ${rows.length} services: ${count(({ packaged }) => packaged !== "refused")} packaged at the first try, ${count(({ packaged }) => packaged === "refused")} refused for a mistake in them
- ${wrong("right")} judged right, ${wrong("false alarm")} false alarms, ${wrong("missed")} missed
- ${total((outcome) => outcome.mutants)} mutants, each a guarded route with its guard taken off: ${total(({ errors }) => errors)} errors, ${total(({ notChecked }) => notChecked)} not checked, ${total(({ survivors }) => survivors.length)} missed

${formatTable(rows)}

| mutants | number | errors | not checked | missed |
| --- | --- | --- | --- | --- |
${sumByKind(mutants)
  .map(
    ({ what, mutants: all, errors, notChecked, survivors }) =>
      `| ${[what, all, errors, notChecked, survivors.length].join(" | ")} |`,
  )
  .join("\n")}
`;
}

function sumByKind(mutants: readonly Outcome[]): Outcome[] {
  return [...new Set(mutants.map(({ what }) => what))].map((what) => {
    const same = mutants.filter((each) => each.what === what);
    const sum = (of: (outcome: Outcome) => number): number => same.reduce((all, each) => all + of(each), 0);
    return {
      what,
      mutants: sum((each) => each.mutants),
      errors: sum(({ errors }) => errors),
      notChecked: sum(({ notChecked }) => notChecked),
      survivors: same.flatMap(({ survivors }) => survivors),
    };
  });
}

/** Everything from the heading to the next of its level. */
function replaceSection(page: string, section: string): string {
  const start = page.indexOf(`${HEADING}\n`);
  if (start < 0) return `${page.trimEnd()}\n\n${section}`;
  const next = page.indexOf("\n## ", start + HEADING.length);
  return `${page.slice(0, start)}${section}${next < 0 ? "" : page.slice(next)}`;
}
