import { URL } from "node:url";

/** Node.js's hook: it gives the tests this folder's `@jest/globals`, and loads a file again where its address says so. */
const JEST_GLOBALS = new URL("./jest-globals.mjs", import.meta.url).href;

export async function resolve(specifier, context, next) {
  if (specifier === "@jest/globals") return { url: JEST_GLOBALS, shortCircuit: true };
  const resolved = await next(specifier, context);
  // What a file imports is loaded again with it, but for packages.
  const again = /\?time=\d+$/.exec(context.parentURL ?? "");
  if (again === null || !resolved.url.startsWith("file:") || resolved.url.includes("/node_modules/"))
    return resolved;
  return { ...resolved, url: resolved.url.replace(/\?.*$/, "") + again[0] };
}
