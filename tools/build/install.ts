/**
 * Installs what stands apart from the project: each folder that is named, all at the same time, and only where its lock
 * file has changed since the last time.
 */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { promisify } from "node:util";

await Promise.all(process.argv.slice(2).map(install));

async function install(folder: string): Promise<void> {
  const stamp = `${folder}/node_modules/.installed`;
  const wanted = fingerprint(folder);
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  try {
    await promisify(execFile)("npm", ["ci", "--prefix", folder]);
    writeFileSync(stamp, wanted);
    process.stdout.write(`Installed ${folder}\n`);
  } catch (error) {
    process.stderr.write(`npm ci --prefix ${folder} failed. ${(error as Error).message}\n`);
    process.exitCode = 1;
  }
}

/** Of what `npm ci` installs there: another platform gets other packages from the same lock file. */
function fingerprint(folder: string): string {
  const lock = readFileSync(`${folder}/package-lock.json`);
  return createHash("sha256").update(`${process.platform} ${process.arch} `).update(lock).digest("hex");
}
