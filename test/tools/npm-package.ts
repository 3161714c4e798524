import { execFile } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

const NAME = "auth0-api-gateway-authorizer";

interface Packed {
  readonly filename: string;
}

/**
 * What `npm publish` would upload, written to `folder`: the path of the tarball. Ours needs `npm run build` before,
 * because it is not built here again: other tests read what the build writes.
 */
export async function packNpmPackage(folder: string, source = "."): Promise<string> {
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
