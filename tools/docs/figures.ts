import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { importsOfSource } from "./imports.ts";

/** Prints how large the source is, and whether imports keep to their direction. */

interface Length {
  readonly name: string;
  readonly lines: number;
}

const NOTED_LINES = 30;

const files = readdirSync("src", { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".ts"))
  .map((path) => join("src", path));
const functions = files.flatMap(functionsOf).sort((one, other) => one.lines - other.lines);
const longestFile = largest(files.map((path) => ({ name: path, lines: linesOfFile(path) })));
const { violations, cycles } = await imports();

const longest = largest(functions);
process.stdout.write(`${functions.length} functions with a body, in ${files.length} files
  median ${percentile(0.5)} lines, ninetieth percentile ${percentile(0.9)}, longest ${longest.lines} (${longest.name})
  longer than ${NOTED_LINES}: ${noted()}
longest file: ${longestFile.name}, ${longestFile.lines} lines
imports against the direction: ${violations}, cycles: ${cycles}
`);

/** Lines from the signature to the closing brace, without blank ones and comments, as ESLint counts them. */
function functionsOf(path: string): readonly Length[] {
  const source = ts.createSourceFile(path, readFileSync(path, "utf8"), ts.ScriptTarget.Latest, true);
  const found: Length[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) && "body" in node && node.body !== undefined && ts.isBlock(node.body)) {
      found.push({
        name: `${path} ${node.name?.getText() ?? "(no name)"}`,
        lines: codeLines(node.getText()),
      });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function codeLines(text: string): number {
  const withoutComments = text.replace(/\/\*[^]*?\*\//g, "").replace(/^\s*\/\/.*$/gm, "");
  return withoutComments.split("\n").filter((line) => line.trim() !== "").length;
}

function linesOfFile(path: string): number {
  return readFileSync(path, "utf8").trimEnd().split("\n").length;
}

function largest(lengths: readonly Length[]): Length {
  return lengths.reduce((one, other) => (other.lines > one.lines ? other : one), { name: "none", lines: 0 });
}

function percentile(share: number): number {
  return functions[Math.ceil(functions.length * share) - 1]?.lines ?? 0;
}

function noted(): string {
  const long = functions.filter(({ lines }) => lines > NOTED_LINES);
  return long.length === 0 ? "none" : long.map(({ name, lines }) => `${name} (${lines})`).join(", ");
}

async function imports(): Promise<{ readonly violations: number; readonly cycles: number }> {
  const { summary } = await importsOfSource();
  const broken = summary.violations.map(({ rule }) => rule.name);
  const cycles = broken.filter((name) => name === "no-cycles").length;
  return { violations: broken.length - cycles, cycles };
}
