import { readFileSync } from "node:fs";
import type { KeySnapshot } from "./oauth/key-set.ts";
import { parseSnapshots } from "./oauth/snapshot.ts";

/**
 * The snapshots of a file, by issuer. A file that is absent or broken is no snapshot: a container that starts
 * without one fetches its keys, whereas one that does not start serves nobody.
 *
 * @param onIgnored is told why a file that exists is of no use
 */
export function readPackagedKeys(
  file: string,
  onIgnored: (detail: string) => void,
): ReadonlyMap<string, KeySnapshot> {
  try {
    return parseSnapshots(readFileSync(file, "utf8"));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== "ENOENT") onIgnored(`${file}: ${message}`);
    return new Map();
  }
}
