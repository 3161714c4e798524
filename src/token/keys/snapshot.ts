import type { KeySnapshot } from "./remote-key-set.ts";
import { readFileSync } from "node:fs";

/** Beside the bundle that it was packaged with. */
export const SNAPSHOT_FILE = "jwks-snapshot.json";

/** What the file holds. */
export interface SnapshotDocument {
  /** RFC 3339. */
  readonly takenAt: string;
  /** JWK Sets (RFC 7517 §5) by issuer. */
  readonly keySets: Readonly<Record<string, unknown>>;
}

/**
 * The snapshots of a document, by issuer.
 *
 * @throws Error where the text is not such a document
 */
export function parseSnapshots(text: string): ReadonlyMap<string, KeySnapshot> {
  const document = JSON.parse(text) as Partial<SnapshotDocument> | null;
  const takenAt = Date.parse(String(document?.takenAt));
  if (Number.isNaN(takenAt)) throw new Error("takenAt is not a date");
  const keySets = Object.entries(document?.keySets ?? {});
  if (keySets.length === 0) throw new Error("no key sets");
  return new Map(keySets.map(([issuer, jwks]) => [issuer, { jwks, takenAt }]));
}

/**
 * The snapshots of a file, by issuer. A file that is absent or broken is ignored: a container that starts
 * without a snapshot fetches its keys, and one that does not start answers no request.
 *
 * @param onIgnored called with the reason why a file that exists is ignored
 */
export function readSnapshotFile(
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
