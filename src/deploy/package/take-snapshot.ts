import { failureText } from "../../logging/describe-error.ts";
import { fetchText } from "../../http/client.ts";
import { readJwkSet } from "../../token/keys/jwk.ts";
import { toJwksUri } from "../../token/keys/remote-key-set.ts";
import type { SnapshotDocument } from "../../token/keys/snapshot.ts";

export interface SnapshotOptions {
  /** Issuer identifiers, with Auth0's trailing slash. */
  readonly issuers: readonly string[];
  /** The limit of each fetch. Patience costs a deployment nothing. */
  readonly timeoutMs?: number;
  readonly fetch?: (jwksUri: string, timeoutMs: number) => Promise<string>;
  /** Milliseconds since the epoch. */
  readonly clock?: () => number;
}

/**
 * Fetches the keys of every issuer and keeps what the authorizer would use of them. All or nothing.
 *
 * @throws Error that names the address that failed, and how
 */
export async function takeSnapshot(options: SnapshotOptions): Promise<SnapshotDocument> {
  const { issuers, timeoutMs = 10_000, fetch = fetchText, clock = Date.now } = options;
  // The age counts from before the fetches: a tenant wrote its answer no earlier.
  const takenAt = new Date(clock()).toISOString();
  const keySets = await Promise.all(issuers.map((iss) => fetchedKeySet(iss, (uri) => fetch(uri, timeoutMs))));
  return { takenAt, keySets: Object.fromEntries(keySets) };
}

async function fetchedKeySet(
  iss: string,
  fetch: (jwksUri: string) => Promise<string>,
): Promise<readonly [string, { readonly keys: readonly object[] }]> {
  const jwksUri = toJwksUri(iss);
  try {
    const keys = readJwkSet(await fetch(jwksUri));
    return [iss, { keys: [...keys.values()] }];
  } catch (cause) {
    throw new Error(`${jwksUri}: ${failureText(cause)}`, { cause });
  }
}
