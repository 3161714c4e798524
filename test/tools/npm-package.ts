import { execFile } from "node:child_process";
import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { makeOnce } from "../made-once.ts";

const NAME = "auth0-api-gateway-authorizer";

interface Packed {
  readonly filename: string;
}

/**
 * What `npm publish` would upload: the path of the tarball, which is packed once in a run. It needs `npm run build`
 * before, because it is not built here again: other tests read what the build writes.
 */
export async function packNpmPackage(): Promise<string> {
  const folder = await makeOnce("npm-package", (empty) => pack(".", empty));
  return join(folder, readdirSync(folder).join());
}

/** `npm pack` of a folder into another: the path of the tarball. */
export async function pack(source: string, folder: string): Promise<string> {
  const options = ["--json", "--ignore-scripts", "--pack-destination", folder];
  const { stdout } = await promisify(execFile)("npm", ["pack", source, ...options]);
  const [packed] = JSON.parse(stdout) as Packed[];
  return join(folder, packed?.filename ?? "");
}

/** Puts the tarball where `npm install` would, without asking a registry for anything. */
export async function unpackAsDependency(tarball: string, project: string): Promise<string> {
  const target = join(project, "node_modules", NAME);
  mkdirSync(target, { recursive: true });
  await promisify(execFile)("tar", ["-xzf", tarball, "--strip-components=1", "-C", target]);
  return target;
}
