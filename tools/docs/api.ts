import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

interface Project {
  readonly children?: readonly { name: string }[];
}

/** As much of `typedoc` as is used here. Its types are not installed with the project's own. */
interface TypeDoc {
  readonly Application: { bootstrapWithPlugins(options: object): Promise<Application> };
}

interface Application {
  convert(): Promise<Project | undefined>;
  readonly outputs: {
    writeOutput(output: { readonly name: string; readonly path: string }, project: object): Promise<void>;
  };
}

// As a variable, because tsc looks for what an import names. `npm run docs` installs it.
const TYPEDOC = "typedoc";

/** What the npm package exports, by its file in src: the name to import, which is the page's name too. */
const ENTRIES: Readonly<Record<string, string>> = {
  index: "auth0-api-gateway-authorizer",
  "identity/reader/identity-from": "auth0-api-gateway-authorizer/identity",
  "testing/index": "auth0-api-gateway-authorizer/testing",
  verifier: "auth0-api-gateway-authorizer/verifier",
  "deploy/cdk/auth0-authorizer": "auth0-api-gateway-authorizer/cdk",
};

/** The entry points that no code of a user imports: their settings are what a reader looks for. */
const OTHERS = `
- \`auth0-api-gateway-authorizer/handler\` is the function to deploy. [Environment variables](../settings.md) configure it.
- \`auth0-api-gateway-authorizer/serverless\` is the plugin of the Serverless Framework, with [its options](../plugin.md#options).
`;

const OPTIONS = {
  entryPoints: Object.keys(ENTRIES).map((file) => `src/${file}.ts`),
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
    for (const entry of project.children ?? []) entry.name = toImport(entry.name);
    await app.outputs.writeOutput({ name: "markdown", path: folder }, project);
    const pages = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((path) =>
      path.endsWith(".md"),
    );
    const read = (path: string): string =>
      readFileSync(join(folder, path), "utf8") + (path === "README.md" ? OTHERS : "");
    return new Map(pages.map((path) => [path, read(path)]));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** typedoc leaves out `/index` at the end. */
function toImport(module: string): string {
  const name = ENTRIES[module] ?? ENTRIES[`${module}/index`];
  if (name === undefined) throw new Error(`No entry point of the package is ${module}`);
  return name;
}
