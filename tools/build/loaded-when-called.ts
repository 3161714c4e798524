import { relative } from "node:path";
import { build as bundle, type BuildOptions, type Plugin } from "esbuild";

/**
 * What few requests need, by module: the functions through which the rest of the bundle reaches it. Every kilobyte
 * that a function loads is read and compiled in each of its cold starts.
 */
const LOADED_WHEN_CALLED: Readonly<Record<string, readonly string[]>> = {
  "src/reasons.ts": ["hintOf"],
  "src/remote/fetch.ts": ["fetchText"],
  "src/custom-claims.ts": ["customContext", "refuseCustomClaims"],
  "src/settings/claim-values.ts": ["contextClaims", "requiredClaims", "emailDomains"],
  "src/settings/mistakes.ts": ["configurationError", "ruleMistake"],
  "src/settings/misspelling.ts": ["misspellings", "nearest"],
};

/** The file of a module, beside the bundle: `authorizer.custom-claims.cjs`. */
export function fileOf(module: string): string {
  return `authorizer.${module.replace(/^.*\//, "").replace(/\.ts$/, "")}.cjs`;
}

/** Puts, in the place of each such module, functions that load it when they are called. */
export const loadedWhenCalled: Plugin = {
  name: "loaded-when-called",
  setup(build) {
    build.onLoad({ filter: /[/\\]src[/\\].*\.ts$/ }, ({ path }) => {
      const module = relative(".", path).replaceAll("\\", "/");
      const names = LOADED_WHEN_CALLED[module];
      return names === undefined ? undefined : { contents: callersOf(module, names), loader: "js" };
    });
    build.onResolve({ filter: /^\.\/authorizer\.[\w-]+\.cjs$/ }, ({ path }) => ({ path, external: true }));
  },
};

function callersOf(module: string, names: readonly string[]): string {
  const callers = names.map((name) => `export const ${name} = (...values) => load().${name}(...values);`);
  return [`const load = () => require("./${fileOf(module)}");`, ...callers].join("\n");
}

/** Writes the files of these modules. */
export async function bundleLoadedWhenCalled(options: BuildOptions): Promise<void> {
  const modules = Object.entries(LOADED_WHEN_CALLED);
  await Promise.all(
    modules.map(([module, names]) =>
      bundle({
        ...options,
        stdin: {
          contents: `import { ${names.join(", ")} } from "./${module}"; module.exports = { ${names.join(", ")} };`,
          resolveDir: ".",
        },
        outfile: `dist/${fileOf(module)}`,
      }),
    ),
  );
}
