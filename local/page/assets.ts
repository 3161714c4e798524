import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

export interface Asset {
  readonly type: string;
  readonly body: string;
}

const CLIENT = new URL("client/", import.meta.url);

/** What a browser loads, by path. The sign-in comes back to `/callback`, which is the same page. */
export async function buildAssets(): Promise<ReadonlyMap<string, Asset>> {
  const [html, css, script] = await Promise.all([
    readFile(new URL("index.html", CLIENT), "utf8"),
    readFile(new URL("page.css", CLIENT), "utf8"),
    bundle(),
  ]);
  const page = { type: "text/html; charset=utf-8", body: html };
  return new Map([
    ["/", page],
    ["/callback", page],
    ["/page.css", { type: "text/css; charset=utf-8", body: css }],
    ["/page.js", { type: "text/javascript; charset=utf-8", body: script }],
  ]);
}

async function bundle(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL("main.ts", CLIENT))],
    bundle: true,
    write: false,
    format: "esm",
    target: "es2022",
    logLevel: "warning",
  });
  const [file] = outputFiles;
  if (file === undefined) throw new Error("esbuild wrote nothing");
  return file.text;
}
