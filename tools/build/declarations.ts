import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import ts from "typescript";

const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.NodeNext,
  declaration: true,
  isolatedDeclarations: true,
  verbatimModuleSyntax: true,
};
/** A relative import in a declaration. */
const RELATIVE_IMPORT = /((?:from|import\() ?")(\.[^"]*)\.ts"/g;

/**
 * Writes the declarations of some modules, and of all that these mention, twice: as `.d.ts` for `import` and as
 * `.d.cts` for `require`, because TypeScript takes the kind of a module from the name of its declaration. Each file
 * is read by itself, which takes a tenth of the compiler's time, and needs a type on everything that is exported.
 *
 * @throws Error naming what lacks a type
 */
export function writeDeclarations(root: string, entries: readonly string[], outdir: string): void {
  const waiting = [...entries];
  const seen = new Set(waiting);
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    const declaration = declarationOf(file);
    // Read as code, because a comment may show an import.
    const { importedFiles } = ts.preProcessFile(declaration);
    for (const { fileName } of importedFiles.filter(({ fileName }) => fileName.startsWith("."))) {
      const imported = join(dirname(file), fileName);
      if (!seen.has(imported)) waiting.push(imported);
      seen.add(imported);
    }
    write(join(outdir, relative(root, file)), declaration);
  }
}

function declarationOf(file: string): string {
  const { outputText, diagnostics = [] } = ts.transpileDeclaration(readFileSync(file, "utf8"), {
    fileName: file,
    compilerOptions: OPTIONS,
    reportDiagnostics: true,
  });
  if (diagnostics.length > 0) throw new Error(ts.formatDiagnostics(diagnostics, FORMAT));
  return outputText;
}

const FORMAT: ts.FormatDiagnosticsHost = {
  getCurrentDirectory: () => process.cwd(),
  getCanonicalFileName: (name) => name,
  getNewLine: () => "\n",
};

function write(path: string, declaration: string): void {
  mkdirSync(dirname(path), { recursive: true });
  for (const [extension, runtime] of [
    ["ts", "js"],
    ["cts", "cjs"],
  ]) {
    writeFileSync(
      path.replace(/\.ts$/, `.d.${extension}`),
      declaration.replaceAll(RELATIVE_IMPORT, `$1$2.${runtime}"`),
    );
  }
}
