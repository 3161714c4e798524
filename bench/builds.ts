import { build } from "esbuild";
import { cpSync, mkdirSync, rmSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { codeFiles } from "../src/deploy/package/function-files.ts";

const PROJECT = fileURLToPath(new URL("../", import.meta.url));
const FOLDER = `${PROJECT}.local/bench`;

/** What is measured, by the name of its file. */
export const PEERS = {
  "aws-jwt-verify": "aws-jwt-verify",
  jose: "jose",
  "fast-jwt": "fast-jwt",
  jsonwebtoken: "jsonwebtoken + jwks-rsa",
} as const;

export const REFERENCES = {
  nothing: "a handler that does nothing",
  "bare-verify": "bare crypto.verify in a handler",
} as const;

export type Peer = keyof typeof PEERS;
type Bundle = Peer | keyof typeof REFERENCES | "authorizer";

export interface Builds {
  readonly folder: string;
  readonly bytes: Readonly<Record<Bundle, number>>;
}

export function bundlePath(name: string): string {
  return `${FOLDER}/${name}.cjs`;
}

/** The product's own bundle as it is deployed, the peers bundled and minified alike, and the probes that time them. */
export async function buildAll(): Promise<Builds> {
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  copyAuthorizer(FOLDER);
  const peers = [...Object.keys(PEERS), ...Object.keys(REFERENCES)] as Bundle[];
  await bundle(peers.map((name) => `peers/${name}`));
  await bundle(["cold", "warm", "refuse", "memory"].map((name) => `probes/${name}`));
  const sizes = peers.map((name) => [name, statSync(bundlePath(name)).size]);
  const authorizer = statSync(bundlePath("authorizer.main")).size;
  return { folder: FOLDER, bytes: { ...Object.fromEntries(sizes), authorizer } as Builds["bytes"] };
}

/** The product alone, and what times it. */
export async function buildProduct(probes: readonly string[]): Promise<string> {
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  copyAuthorizer(FOLDER);
  await bundle(probes.map((name) => `probes/${name}`));
  return FOLDER;
}

/** The product as it is deployed: a line that is imported, and the code that it loads. */
export function copyAuthorizer(folder: string): void {
  for (const file of codeFiles(`${PROJECT}dist`)) cpSync(`${PROJECT}dist/${file}`, `${folder}/${file}`);
}

async function bundle(entries: readonly string[]): Promise<void> {
  await build({
    entryPoints: entries.map((entry) => `${PROJECT}bench/${entry}.ts`),
    outdir: FOLDER,
    entryNames: "[name]",
    outExtension: { ".js": ".cjs" },
    bundle: true,
    minify: true,
    platform: "node",
    target: "node22",
    format: "cjs",
    mainFields: ["module", "main"],
    define: { "import.meta.filename": "__filename" },
    logLevel: "error",
  });
}
