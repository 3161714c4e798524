import { basename, relative } from "node:path";
import { build as bundle, type BuildOptions, type Plugin } from "esbuild";

/**
 * What few requests need, by module: the functions through which the rest of the bundle reaches it. Every kilobyte
 * that a function loads is read and compiled in each of its cold starts.
 */
const LOADED_WHEN_CALLED: Readonly<Record<string, readonly string[]>> = {
  "src/apigateway/refused-response.ts": ["refusedResponse"],
  "src/custom-claims.ts": ["customContext", "refuseCustomClaims"],
  "src/fault.ts": ["faultLine"],
  "src/oauth/actor.ts": ["actorsIn"],
  "src/oauth/subprotocol.ts": ["offeredTokens"],
  "src/optional-access-rules.ts": [
    "refuseOrganization",
    "refuseEmailDomain",
    "refuseClaims",
    "refusePermissions",
  ],
  "src/reasons.ts": ["hintOf"],
  "src/remote/failure.ts": ["failureOf"],
  "src/remote/fetch.ts": ["fetchText", "send"],
  "src/settings/issuer-url.ts": ["issuerOfUrl"],
  "src/settings/misspelling.ts": ["misspellings", "nearest"],
  "src/settings/mistakes.ts": ["configurationError", "notASetting", "ruleMistake"],
  "src/settings/optional-rules.ts": ["optionalRules"],
  "src/settings/optional-values.ts": [
    "contextClaims",
    "dateTime",
    "requiredClaims",
    "emailDomains",
    "tableName",
  ],
};

/** The file of a module, beside the bundle: `authorizer.custom-claims.cjs`. */
function fileOf(module: string): string {
  return `authorizer.${nameOf(module)}.cjs`;
}

function nameOf(module: string): string {
  return basename(module, ".ts");
}

/** The files of these modules. */
export const LATE_FILES: readonly string[] = Object.keys(LOADED_WHEN_CALLED).map(fileOf);

/**
 * Puts, in the place of each such module, functions that load it when they are called.
 *
 * @param itself the module that is bundled, where it is one of them
 */
export function loadedWhenCalled(itself?: string): Plugin {
  return {
    name: "loaded-when-called",
    setup(build) {
      build.onLoad({ filter: /[/\\]src[/\\].*\.ts$/ }, ({ path }) => {
        const module = relative(".", path).replaceAll("\\", "/");
        const names = module === itself ? undefined : LOADED_WHEN_CALLED[module];
        return names === undefined ? undefined : { contents: callersOf(module, names), loader: "js" };
      });
      build.onResolve({ filter: new RegExp(`^${LOADER}$`) }, () => ({ path: LOADER, namespace: LOADER }));
      build.onLoad({ filter: /./, namespace: LOADER }, () => ({ contents: LOADER_SOURCE, loader: "js" }));
    },
  };
}

const LOADER = "loader-of";
/**
 * Looking a module up takes longer than all the rest of a refusal, so that it is done once. Its name is joined, because
 * a name that can be read here would be bundled.
 */
const LOADER_SOURCE = `
  export const loaderOf = (module, functions) => (index) => (...values) =>
    (functions ??= require(["./authorizer", module, "cjs"].join(".")))[index](...values);`;

function callersOf(module: string, names: readonly string[]): string {
  return [
    `import { loaderOf } from "${LOADER}";`,
    `const functionOf = loaderOf("${nameOf(module)}");`,
    // Marked, so that esbuild drops what nobody here calls.
    ...names.map((name, index) => `export const ${name} = /* @__PURE__ */ functionOf(${index});`),
  ].join("\n");
}

/**
 * Writes the files of these modules.
 *
 * @param banners by module, what is said about the code of others in it
 */
export async function bundleLoadedWhenCalled(
  options: BuildOptions,
  banners: Readonly<Record<string, string>>,
): Promise<void> {
  const modules = Object.entries(LOADED_WHEN_CALLED);
  await Promise.all(
    modules.map(([module, names]) =>
      bundle({
        ...options,
        stdin: {
          contents: `import { ${names.join(", ")} } from "./${module}"; module.exports = [${names.join(", ")}];`,
          resolveDir: ".",
        },
        outfile: `dist/${fileOf(module)}`,
        banner: { js: banners[module] ?? "" },
        plugins: [loadedWhenCalled(module)],
        // An arrow function in parentheses is not compiled at once.
        supported: { ...options.supported, arrow: false },
      }),
    ),
  );
}
