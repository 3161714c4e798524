import type { KeySnapshot } from "./key-set.ts";

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
 * @throws Error where the text is no such document
 */
export function parseSnapshots(text: string): ReadonlyMap<string, KeySnapshot> {
  const document = JSON.parse(text) as Partial<SnapshotDocument> | null;
  const takenAt = Date.parse(String(document?.takenAt));
  if (Number.isNaN(takenAt)) throw new Error("takenAt is no date");
  const keySets = Object.entries(document?.keySets ?? {});
  if (keySets.length === 0) throw new Error("no key sets");
  return new Map(keySets.map(([issuer, jwks]) => [issuer, { jwks, takenAt }]));
}
