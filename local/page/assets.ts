import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build, type BuildOptions } from "esbuild";
import { AUTH0_JS, LOCK, mainPage, type PageParts } from "./pages.ts";

export interface Asset {
  readonly type: string;
  /** Shows Lock, which writes its style into the page and loads a script from the tenant. */
  readonly hasLock?: boolean;
  body(): Promise<string>;
}

const CLIENT = new URL("client/", import.meta.url);

/** For what was written for Node.js and for bundlers of ten years ago. */
const OLD_PACKAGES: BuildOptions = {
  // Auth0 Lock asks with `require` for the module that its own Auth0.js has beside the file for Node.js.
  mainFields: ["browser", "module", "main"],
  define: { global: "window", "process.env.NODE_ENV": '"production"' },
  minify: true,
};

/**
 * What a browser loads, by path. The sign-in comes back to `/callback`, which is the page itself. The scripts with the
 * older packages are bundled when a user first asks for them, since Lock takes most of a second.
 */
export async function buildAssets(): Promise<ReadonlyMap<string, Asset>> {
  const page = html(async () => mainPage(await source("cases.html")));
  const script = await bundle("main");
  return new Map<string, Asset>([
    ["/", page],
    ["/callback", page],
    ["/auth0-js", html(() => AUTH0_JS)],
    ["/lock", { ...html(() => LOCK), hasLock: true }],
    ["/page.css", { type: "text/css; charset=utf-8", body: () => source("page.css") }],
    ["/page.js", { ...SCRIPT, body: () => Promise.resolve(script) }],
    ["/auth0-js.js", { ...SCRIPT, body: once(() => bundle("auth0-js", OLD_PACKAGES)) }],
    ["/lock.js", { ...SCRIPT, body: once(() => bundle("lock", OLD_PACKAGES)) }],
  ]);
}

const SCRIPT = { type: "text/javascript; charset=utf-8" };

/** Read anew for each visit, so that a change shows at once. */
function html(partsOf: () => PageParts | Promise<PageParts>): Asset {
  const body = async (): Promise<string> =>
    Object.entries(await partsOf()).reduce(
      (page, [name, part]) => page.replaceAll(`{{${name}}}`, part),
      await source("page.html"),
    );
  return { type: "text/html; charset=utf-8", body };
}

function source(file: string): Promise<string> {
  return readFile(new URL(file, CLIENT), "utf8");
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}

async function bundle(name: string, options: BuildOptions = {}): Promise<string> {
  const { outputFiles = [] } = await build({
    entryPoints: [fileURLToPath(new URL(`${name}.ts`, CLIENT))],
    bundle: true,
    write: false,
    format: "esm",
    target: "es2022",
    logLevel: "warning",
    ...options,
  });
  const [file] = outputFiles;
  if (file === undefined) throw new Error("esbuild wrote nothing");
  return file.text;
}
