import { createHash } from "node:crypto";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { basename, dirname } from "node:path";
import { build as bundle, type BuildOptions, type Plugin } from "esbuild";
import { codeFiles, functionFiles, writerFiles } from "../../src/cli/function-zip.ts";
import { zip } from "../../src/cli/zip.ts";
import { writeDeclarations } from "./declarations.ts";
import { compiledAtOnce } from "./compiled-at-once.ts";
import { calledFirst } from "./first-calls.ts";
import { alarmsStack, infrastructure } from "./infrastructure.ts";
import { bundleLoadedWhenCalled, LATE_FILES, loadedWhenCalled } from "./loaded-when-called.ts";

/** Apache-2.0 §4: (c) keeps the notice of the copyright, and (b) says that it was changed; NOTICE says how. */
const BANNER =
  "/*! auth0-api-gateway-authorizer, Apache-2.0. Contains aws-jwt-verify, Copyright Amazon.com, Inc., Apache-2.0, modified. */";

const AWS4_BANNER =
  "/*! auth0-api-gateway-authorizer, Apache-2.0. Contains aws4, Copyright 2013 Michael Hart, MIT. */";

const STAND_INS = "stand-ins";
const NOT_BUNDLED = "not-bundled";
/** What aws-jwt-verify's modules export and nobody calls here, but would drag along what it needs. */
const NEVER_CALLED: Readonly<Record<string, readonly string[]>> = {
  "https-node.js": ["fetch"],
  "jwk.js": ["SimpleJwksCache", "fetchJwk", "isJwks", "findJwkInJwks"],
  "assert.js": ["assertStringArraysOverlap", "assertIsNotPromise"],
  "jwt.js": ["decomposeUnverifiedJwt"],
};

/**
 * Keeps of aws-jwt-verify what is used. It does not say in its package.json that importing it changes nothing, so
 * bundlers keep all of it; its classes name a cache, a decoder and a fetcher that are never called here, of which
 * the last would load `https`, which alone costs a third of a cold start. Everything else is the library's own.
 */
const withoutUnusedParts: Plugin = {
  name: "without-unused-parts",
  setup(build) {
    build.onResolve({ filter: /./ }, async ({ path, pluginData, ...origin }) => {
      if (pluginData === withoutUnusedParts) return undefined;
      if (path === NOT_BUNDLED) return { path, namespace: NOT_BUNDLED, sideEffects: false };
      const found = await build.resolve(path, { ...origin, pluginData: withoutUnusedParts });
      if (!found.path.includes("aws-jwt-verify")) return found;
      const isOriginal = origin.namespace === STAND_INS || !(basename(found.path) in NEVER_CALLED);
      return { ...found, namespace: isOriginal ? "file" : STAND_INS, sideEffects: false };
    });
    build.onLoad({ filter: /./, namespace: NOT_BUNDLED }, () => ({
      contents: 'export function notBundled() { throw new Error("not bundled"); }',
    }));
    build.onLoad({ filter: /./, namespace: STAND_INS }, ({ path }) => ({
      contents: withStandIns(path, NEVER_CALLED[basename(path)] ?? []),
      resolveDir: dirname(path),
    }));
  },
};

/** A module's exports, some of them replaced: what a module exports itself hides what `export *` brings. */
function withStandIns(path: string, names: readonly string[]): string {
  return [
    `export * from ${JSON.stringify(path)};`,
    `export { notBundled as ${names.join(", notBundled as ")} } from "${NOT_BUNDLED}";`,
  ].join("\n");
}

/** Part of the function, so that it has the name of one of its files. */
const REVOCATIONS_FILE = "authorizer.revocations.cjs";

/** Leaves the lookup of revocations in a file that is loaded only where there is a table. */
const revocationsApart: Plugin = {
  name: "revocations-apart",
  setup(build) {
    build.onResolve({ filter: /revocations\/table-lookup\.ts$/ }, ({ kind }) =>
      kind === "dynamic-import" ? { path: `./${REVOCATIONS_FILE}`, external: true } : undefined,
    );
  },
};

/**
 * Gets what is built into Node.js without `require`, which whoever bundles this file into an ES module does not have.
 */
const builtinModules: Plugin = {
  name: "builtin-modules",
  setup(build) {
    build.onResolve({ filter: /./ }, ({ path }) =>
      isBuiltin(path) ? { path, namespace: "builtin" } : undefined,
    );
    build.onLoad({ filter: /./, namespace: "builtin" }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule(${JSON.stringify(path)});`,
    }));
  },
};

/**
 * In CommonJS it is `require` that loads it: loading what loads ES modules takes longer than what is loaded, and jest
 * knows no `import()` unless it is told to.
 */
const WITHOUT_IMPORT = { "dynamic-import": false };

const common: BuildOptions = { bundle: true, platform: "node", logLevel: "warning" };

/** The file that does the authorizer's work. */
const MAIN_FILE = "authorizer.main.cjs";

const FUNCTIONS = {
  "authorizer.main": { source: "./src/handler.ts", handlers: "handler", banner: BANNER },
  "revoke-on-event": {
    source: "./src/writers/lambda/revoke-on-event.ts",
    handlers: "handler",
    banner: AWS4_BANNER,
  },
  "back-channel-logout": {
    source: "./src/writers/lambda/back-channel-logout.ts",
    handlers: "handler",
    banner: `${AWS4_BANNER}\n${BANNER}`,
  },
  whoami: { source: "./infra/whoami/handler.ts", handlers: "handler, connect", banner: BANNER },
};

/**
 * What Lambda runs: CommonJS, because loading ES modules makes a cold start longer. The exports are spelled out,
 * because what esbuild writes for them has to be compiled at every start.
 */
const forLambda: BuildOptions = {
  ...common,
  minify: true,
  target: "node22",
  format: "cjs",
  supported: WITHOUT_IMPORT,
};
for (const [name, { source, handlers, banner }] of Object.entries(FUNCTIONS)) {
  await bundle({
    ...forLambda,
    stdin: {
      contents: `import { ${handlers} } from "${source}"; module.exports = { ${handlers} };`,
      resolveDir: ".",
    },
    outfile: `dist/${name}.cjs`,
    define: { "import.meta.dirname": "__dirname" },
    mainFields: ["module", "main"],
    banner: { js: banner },
    plugins: [
      revocationsApart,
      withoutUnusedParts,
      ...(name === "authorizer.main" ? [loadedWhenCalled()] : []),
    ],
  });
}
await bundleLoadedWhenCalled(forLambda, {});
await bundle({
  ...common,
  stdin: {
    contents:
      'import { createTableLookup } from "./src/revocations/table-lookup.ts"; module.exports = { createTableLookup };',
    resolveDir: ".",
  },
  outfile: `dist/${REVOCATIONS_FILE}`,
  minify: true,
  target: "node20",
  format: "cjs",
  banner: { js: AWS4_BANNER },
  plugins: [builtinModules],
});

/**
 * Lambda's runtime client imports a handler's file, and Node.js 22 reads the whole of it once more for that, in
 * search of exports: 4 ms for the bundle. So what it imports is one line.
 */
writeFileSync("dist/authorizer.cjs", 'exports.handler = require("./authorizer.main.cjs").handler;\n');

/** What an earlier build left there would be packaged too. */
const FUNCTION_FILES = ["authorizer.cjs", MAIN_FILE, REVOCATIONS_FILE, ...LATE_FILES];
for (const name of codeFiles("dist").filter((name) => !FUNCTION_FILES.includes(name))) rmSync(`dist/${name}`);

const called = calledFirst("dist");
for (const file of [MAIN_FILE, REVOCATIONS_FILE, ...LATE_FILES]) {
  const script = readFileSync(`dist/${file}`, "utf8");
  const isCalledFirst = (offset: number): boolean => called.get(file)?.has(offset) ?? false;
  writeFileSync(`dist/${file}`, compiledAtOnce(script, isCalledFirst));
}

/** The function's code for whoever deploys without Serverless, and its checksum as `sha256sum --check` reads it. */
const archive = zip(functionFiles("dist", "authorizer.handler"));
writeFileSync("dist/authorizer.zip", archive);
const checksum = createHash("sha256").update(archive).digest("hex");
writeFileSync("dist/authorizer.zip.sha256", `${checksum}  authorizer.zip\n`);

/** The writers of revocations, in one zip for both functions: each loads its own file. */
writeFileSync("dist/revocation-writers.zip", zip(writerFiles("dist")));

/**
 * The same handler for functions that are bundled by their own service: as ES module, because what becomes of CommonJS
 * in a bundle of ES modules cannot load `node:fs`; and without what the Lambda does not need, as above. A snapshot is
 * looked for beside the file that Lambda runs, which a bundler has written: CommonJS tells its folder in one way, ES
 * modules in another, and neither has the other's.
 */
const SNAPSHOT_FOLDER =
  'const snapshotFolder = typeof __dirname === "string" ? __dirname : (import.meta.dirname ?? ".");';
const handlers: BuildOptions = {
  ...common,
  entryPoints: { handler: "src/handler.ts" },
  outdir: "dist",
  target: "node20",
  mainFields: ["module", "main"],
  plugins: [revocationsApart, withoutUnusedParts],
};
await bundle({
  ...handlers,
  format: "esm",
  banner: { js: `${BANNER}\n${SNAPSHOT_FOLDER}` },
  define: { "import.meta.dirname": "snapshotFolder" },
});
await bundle({
  ...handlers,
  format: "cjs",
  supported: WITHOUT_IMPORT,
  outExtension: { ".js": ".cjs" },
  banner: { js: BANNER },
  define: { "import.meta.dirname": "__dirname" },
});

/** What the npm package exports beside it. Its one dependency stays outside, so that an audit of its users sees it. */
const entryPoints = {
  index: "src/index.ts",
  identity: "src/reader/identity-from.ts",
  testing: "src/testing/index.ts",
  verifier: "src/verifier.ts",
};
const forNode: BuildOptions = {
  ...common,
  target: "node20",
  packages: "external",
  plugins: [revocationsApart],
};
await bundle({ ...forNode, outdir: "dist", entryPoints, format: "esm" });
await bundle({
  ...forNode,
  outdir: "dist",
  entryPoints,
  format: "cjs",
  outExtension: { ".js": ".cjs" },
  supported: WITHOUT_IMPORT,
});
const cdk = { cdk: "src/cdk/auth0-authorizer.ts" };
await bundle({ ...forNode, outdir: "dist", entryPoints: cdk, format: "esm" });
await bundle({
  ...forNode,
  outdir: "dist",
  entryPoints: cdk,
  format: "cjs",
  outExtension: { ".js": ".cjs" },
  define: { "import.meta.dirname": "__dirname" },
});
await bundle({ ...forNode, outdir: "dist", entryPoints: { cli: "src/cli/main.ts" }, format: "esm" });

/** The Serverless plugin: Serverless loads plugins with `require`, and what that gives has to be the class itself. */
await bundle({
  ...forNode,
  stdin: {
    contents:
      'import { Auth0AuthorizerPlugin } from "./src/serverless/plugin.ts"; module.exports = Auth0AuthorizerPlugin;',
    resolveDir: ".",
  },
  outfile: "dist/serverless.cjs",
  format: "cjs",
  define: { "import.meta.dirname": "__dirname" },
});
writeFileSync("dist/serverless-resources.json", JSON.stringify(infrastructure()));
writeFileSync("dist/alarms.json", `${JSON.stringify(alarmsStack(), undefined, 1)}\n`);
writeDeclarations(
  "src",
  ["src/handler.ts", ...Object.values(cdk), ...Object.values(entryPoints)],
  "dist/types",
);
writeFileSync(
  "dist/types/serverless.d.cts",
  "/** The plugin, as Serverless loads it. */\ndeclare const plugin: new (...args: never[]) => { readonly hooks: object };\nexport = plugin;\n",
);
