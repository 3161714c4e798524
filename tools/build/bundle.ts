import { createHash } from "node:crypto";
import { appendFileSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { build as bundle, type BuildOptions, type Plugin } from "esbuild";
import { functionFiles, HANDLER, writerFiles } from "../../src/deploy/package/function-files.ts";
import { zip } from "../../src/deploy/package/zip.ts";
import { bundledLicences } from "./bundled-licences.ts";
import { KEYS, getVariable } from "../../src/settings/settings.ts";
import { writeDeclarations } from "./declarations.ts";
import { readTemplates } from "./infrastructure.ts";

/** Apache-2.0 §4: (c) keeps the notice of the copyright, and (b) says that it was changed; NOTICE says how. */
const VERIFY = "aws-jwt-verify, Copyright Amazon.com, Inc., Apache-2.0, modified";
const AWS4 = "aws4, Copyright 2013 Michael Hart, MIT";
const VERIFY_BANNER = `/*! auth0-api-gateway-authorizer, Apache-2.0. Contains ${VERIFY}. */`;
const AWS4_BANNER = `/*! auth0-api-gateway-authorizer, Apache-2.0. Contains ${AWS4}. */`;
const BANNER = `/*! auth0-api-gateway-authorizer, Apache-2.0. Contains ${VERIFY}; and ${AWS4}. */`;

/**
 * Replaces the module of aws-jwt-verify that fetches keys, which is never called here: it loads `https`, and that alone
 * takes a third of a cold start.
 */
const withoutHttps: Plugin = {
  name: "without-https",
  setup(build) {
    build.onLoad({ filter: /aws-jwt-verify.*https-node\.js$/ }, () => ({
      contents: 'export function fetch() { throw new Error("not bundled"); }',
    }));
  },
};

/** Takes what is built into Node.js without `require`, which an ES module does not have: aws4 is CommonJS. */
const withoutRequire: Plugin = {
  name: "without-require",
  setup(build) {
    build.onResolve({ filter: /./ }, ({ path, kind }) =>
      kind === "require-call" && isBuiltin(path) ? { path, namespace: "builtin" } : undefined,
    );
    build.onLoad({ filter: /./, namespace: "builtin" }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule(${JSON.stringify(path)});`,
    }));
  },
};

/** Leaves the lookup of revocations in a file of its own, which is loaded where there is a table. */
const revocationsApart: Plugin = {
  name: "revocations-apart",
  setup(build) {
    build.onResolve({ filter: /\/revocation\/table-lookup\.ts$/ }, ({ kind }) =>
      kind === "dynamic-import" ? { path: "./authorizer.revocations.cjs", external: true } : undefined,
    );
  },
};

/** Leaves the local tenant in a file of its own, which is loaded where it is started. */
const tenantApart: Plugin = {
  name: "tenant-apart",
  setup(build) {
    build.onResolve({ filter: /\/local\/tenant\/tenant\.ts$/ }, ({ kind }) =>
      kind === "dynamic-import" ? { path: "./tenant.js", external: true } : undefined,
    );
  },
};

/** Of the 2,500 media types that Koa knows, which are larger than the tenant, those that it answers with. */
const fewMediaTypes: Plugin = {
  name: "few-media-types",
  setup(build) {
    build.onLoad({ filter: /mime-db\/db\.json$/ }, ({ path }) => {
      const all = JSON.parse(readFileSync(path, "utf8")) as Record<string, object>;
      const used = MEDIA_TYPES.map((type) => [type, all[type]]);
      return { contents: JSON.stringify(Object.fromEntries(used)), loader: "json" };
    });
  },
};
const MEDIA_TYPES = [
  ...["application/json", "application/javascript", "application/octet-stream", "application/jwt"],
  ...["application/x-www-form-urlencoded", "text/html", "text/javascript", "text/plain"],
];

const common: BuildOptions = {
  bundle: true,
  platform: "node",
  logLevel: "warning",
  outdir: "dist",
  mainFields: ["module", "main"],
};
const asCommonJs: BuildOptions = {
  ...common,
  format: "cjs",
  outExtension: { ".js": ".cjs" },
  define: { "import.meta.dirname": "__dirname" },
};

rmSync("dist", { recursive: true, force: true });

/** What Lambda runs: CommonJS, because loading ES modules makes a cold start longer. */
const forLambda: BuildOptions = {
  ...asCommonJs,
  minify: true,
  target: "node22",
  plugins: [withoutHttps, revocationsApart],
};
const lambdaFunctions = [
  [{ "authorizer.main": "src/handler.ts", whoami: "infra/whoami/handler.ts" }, VERIFY_BANNER],
  [{ "authorizer.revocations": "src/revocation/table-lookup.ts" }, AWS4_BANNER],
  [{ "revoke-on-event": "src/revocation/writers/lambda/revoke-on-event.ts" }, AWS4_BANNER],
  [{ "back-channel-logout": "src/revocation/writers/lambda/back-channel-logout.ts" }, BANNER],
] as const;
for (const [entryPoints, banner] of lambdaFunctions)
  await bundle({ ...forLambda, entryPoints, banner: { js: banner } });

/**
 * Lambda's runtime client imports a handler's file, and Node.js 22 reads the whole of it once more for that, in
 * search of exports: 4 ms for the bundle. So what it imports is one line.
 */
writeFileSync("dist/authorizer.cjs", 'exports.handler = require("./authorizer.main.cjs").handler;\n');

/** The function's code for teams that deploy without Serverless, and its checksum as `sha256sum --check` reads it. */
const archive = zip(functionFiles("dist", HANDLER));
writeFileSync("dist/authorizer.zip", archive);
const checksum = createHash("sha256").update(archive).digest("hex");
writeFileSync("dist/authorizer.zip.sha256", `${checksum}  authorizer.zip\n`);

/** The writers of revocations, in one zip for both functions: each loads its own file. */
writeFileSync("dist/revocation-writers.zip", zip(writerFiles("dist")));

/**
 * The same handler for functions that are bundled by their own service. A snapshot is looked for beside the file that
 * Lambda runs, which a bundler has written: CommonJS tells its folder in one way, ES modules in another, and neither
 * has the other's.
 */
const SNAPSHOT_FOLDER =
  'const snapshotFolder = typeof __dirname === "string" ? __dirname : (import.meta.dirname ?? ".");';
const handler: BuildOptions = {
  entryPoints: ["src/handler.ts"],
  target: "node20",
  plugins: [withoutHttps, withoutRequire],
};
await bundle({ ...asCommonJs, ...handler, banner: { js: BANNER } });
await bundle({
  ...common,
  ...handler,
  format: "esm",
  banner: { js: `${BANNER}\n${SNAPSHOT_FOLDER}` },
  define: { "import.meta.dirname": "snapshotFolder" },
});

/** What else the npm package exports. aws-jwt-verify stays outside, so that an audit of its users sees it. */
const forNode: BuildOptions = {
  target: "node20",
  external: ["aws-jwt-verify", "aws-cdk-lib", "constructs", "yaml"],
  plugins: [withoutRequire],
};
const readingTables = { index: "src/index.ts", verifier: "src/verifier.ts" };
const others = {
  identity: "src/identity/reader/identity-from.ts",
  testing: "src/testing/index.ts",
  cdk: "src/deploy/cdk/auth0-authorizer.ts",
};
for (const [entryPoints, banner] of [
  [readingTables, AWS4_BANNER],
  [others, ""],
] as const) {
  await bundle({ ...asCommonJs, ...forNode, entryPoints, banner: { js: banner } });
  await bundle({ ...common, ...forNode, format: "esm", entryPoints, banner: { js: banner } });
}
await bundle({
  ...common,
  ...forNode,
  format: "esm",
  entryPoints: { cli: "src/cli/main.ts" },
  banner: { js: AWS4_BANNER },
  plugins: [withoutRequire, tenantApart],
});

/** The local tenant, with the packages that only it needs, so that the package does not depend on them. */
const tenant = await bundle({
  ...common,
  target: "node20",
  format: "esm",
  minify: true,
  // oidc-provider finds the lifetime of a token by the name of its class.
  keepNames: true,
  legalComments: "none",
  metafile: true,
  entryPoints: { tenant: "local/tenant/tenant.ts" },
  banner: {
    js: "/*! auth0-api-gateway-authorizer, Apache-2.0. Contains packages under their own licences: tenant.licenses.txt */",
  },
  plugins: [withoutRequire, fewMediaTypes],
});
writeFileSync("dist/tenant.licenses.txt", bundledLicences(tenant.metafile));

/** The Serverless plugin: Serverless loads plugins with `require`, and what that gives has to be the class itself. */
await bundle({
  ...asCommonJs,
  ...forNode,
  entryPoints: { serverless: "src/deploy/serverless/plugin.ts" },
  footer: { js: "module.exports = module.exports.Auth0AuthorizerPlugin;" },
});

/**
 * Serverless takes a plugin's `default`, so that `plugins: [auth0-api-gateway-authorizer]` is the plugin as well. It is
 * loaded in a way that no bundler follows into a function.
 */
appendFileSync(
  "dist/index.cjs",
  'Object.defineProperty(module.exports, "default", { get: () => process.getBuiltinModule("node:module").createRequire(__filename)("./serverless.cjs") });\n',
);

/** What the plugin packages beside the authorizer for serverless-offline. */
await bundle({
  ...asCommonJs,
  target: "node20",
  entryPoints: { offline: "src/deploy/serverless/offline-handler.ts" },
});

/** The infrastructure, which the plugin and the construct read, and which SAM and Terraform deploy. */
for (const [name, template] of Object.entries(readTemplates()))
  writeFileSync(`dist/${name}.json`, `${JSON.stringify(template, undefined, 1)}\n`);

/** The settings' names, for infra/options.cjs: this repository's own service. Not in the npm package. */
const variables = Object.fromEntries(KEYS.map((key) => [key, getVariable(key)]));
writeFileSync("dist/settings.json", JSON.stringify(variables));
writeDeclarations(
  "src",
  ["src/handler.ts", ...Object.values(readingTables), ...Object.values(others)],
  "dist/types",
);
writeFileSync(
  "dist/types/serverless.d.cts",
  "/** The plugin, as Serverless loads it. */\ndeclare const plugin: new (...args: never[]) => { readonly hooks: object };\nexport = plugin;\n",
);
