import { build as bundle, type Plugin } from "esbuild";

const BANNER =
  "/*! auth0-api-gateway-authorizer, Apache-2.0. Contains aws-jwt-verify, Copyright Amazon.com, Inc., Apache-2.0. */";

const FETCHES_NOTHING = 'export function fetch() { throw new Error("aws-jwt-verify fetches nothing here"); }';

/**
 * Keeps of aws-jwt-verify what is used. It does not say in its package.json that importing it changes nothing, so
 * bundlers keep all of it; and its platform layer holds a fetcher that is never called here, but would load
 * `https`, which alone costs a third of a cold start.
 */
const withoutUnusedParts: Plugin = {
  name: "without-unused-parts",
  setup(build) {
    build.onResolve({ filter: /./ }, async ({ path, pluginData, ...origin }) => {
      if (pluginData === withoutUnusedParts) return undefined;
      const found = await build.resolve(path, { ...origin, pluginData: withoutUnusedParts });
      return found.path.includes("aws-jwt-verify") ? { ...found, sideEffects: false } : found;
    });
    build.onLoad({ filter: /aws-jwt-verify.*https-node\.js$/ }, () => ({ contents: FETCHES_NOTHING }));
  },
};

/** What Lambda runs, one file for each function: CommonJS, because loading ES modules makes a cold start longer. */
await bundle({
  entryPoints: { authorizer: "src/handler.ts", whoami: "infra/whoami/handler.ts" },
  outdir: "dist",
  outExtension: { ".js": ".cjs" },
  bundle: true,
  minify: true,
  platform: "node",
  target: "node22",
  format: "cjs",
  define: { "import.meta.dirname": "__dirname" },
  mainFields: ["module", "main"],
  banner: { js: BANNER },
  plugins: [withoutUnusedParts],
  logLevel: "warning",
});
