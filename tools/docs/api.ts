import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** As much of `typedoc` as is used here. Its types are not installed with the project's own. */
interface TypeDoc {
  readonly Application: { bootstrapWithPlugins(options: object): Promise<Application> };
}

interface Application {
  convert(): Promise<object | undefined>;
  readonly outputs: {
    writeOutput(output: { readonly name: string; readonly path: string }, project: object): Promise<void>;
  };
}

// As a variable, because tsc looks for what an import names. `npm run docs` installs it.
const TYPEDOC = "typedoc";

/** What the npm package exports. */
const ENTRIES = [
  "src/index.ts",
  "src/identity/reader/identity-from.ts",
  "src/testing/index.ts",
  "src/verifier.ts",
  "src/deploy/cdk/auth0-authorizer.ts",
];

const OPTIONS = {
  entryPoints: ENTRIES,
  plugin: [import.meta.resolve("typedoc-plugin-markdown")],
  // The construct is compiled with the CDK's types, if its example is installed.
  tsconfig: "tools/docs/tsconfig.json",
  // `npm run check` compiles; here only the names and the docstrings matter.
  skipErrorChecking: true,
  logLevel: "Error",
  name: "API reference",
  readme: "none",
  githubPages: false,
  disableSources: true,
  excludeExternals: true,
  excludePrivate: true,
  excludeInternal: true,
  router: "module",
  hideBreadcrumbs: true,
  hidePageHeader: true,
  useCodeBlocks: true,
  parametersFormat: "table",
  interfacePropertiesFormat: "table",
  classPropertiesFormat: "table",
  typeDeclarationFormat: "table",
};

/** The reference from the docstrings: its pages by their path. */
export async function apiPages(): Promise<ReadonlyMap<string, string>> {
  const folder = mkdtempSync(join(tmpdir(), "api-"));
  try {
    const { Application } = (await import(TYPEDOC)) as TypeDoc;
    const app = await Application.bootstrapWithPlugins(OPTIONS);
    const project = await app.convert();
    if (project === undefined) throw new Error("nothing to refer to");
    await app.outputs.writeOutput({ name: "markdown", path: folder }, project);
    const pages = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((path) =>
      path.endsWith(".md"),
    );
    return new Map(pages.map((path) => [path, readFileSync(join(folder, path), "utf8")]));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
