import { toJwksUri, RemoteKeySet, type KeySnapshot, type RemoteKeySetOptions } from "./remote-key-set.ts";
import { fetchText } from "../../http/client.ts";
import type { Settings } from "../../settings/settings.ts";

/** What key sets take from outside. Everything has the default that the Lambda needs. */
export interface KeySetDependencies extends Partial<
  Pick<RemoteKeySetOptions, "clock" | "random" | "fetch" | "onFailure">
> {
  /** Keys to begin with, by issuer. */
  readonly snapshots?: ReadonlyMap<string, KeySnapshot> | undefined;
}

/** The key set of an issuer, cached as the settings say. Nothing is fetched yet. */
export function createKeySet(
  issuer: string,
  settings: Settings,
  dependencies: KeySetDependencies,
): RemoteKeySet {
  const { clock = Date.now, random = Math.random, fetch = fetchText, snapshots } = dependencies;
  return new RemoteKeySet({
    jwksUri: toJwksUri(issuer),
    maxAgeSeconds: settings.jwksMaxAgeSeconds,
    staleIfErrorSeconds: settings.jwksStaleIfErrorSeconds,
    timeoutMs: settings.jwksTimeoutMs,
    snapshot: snapshots?.get(issuer),
    snapshotMaxAgeSeconds: settings.jwksSnapshotMaxAgeSeconds,
    fetch,
    clock,
    random,
    defer: setImmediate,
    onFailure: dependencies.onFailure ?? (() => undefined),
  });
}

/** The key set of each issuer, its first fetch begun where it has no keys yet. */
export function createIssuerKeySets(
  settings: Settings,
  dependencies: KeySetDependencies,
): (issuer: string) => RemoteKeySet {
  const keySetOf = memoize((issuer) => createKeySet(issuer, settings, dependencies));
  for (const issuer of settings.domain) keySetOf(issuer).fetchIfEmpty();
  return keySetOf;
}

/** A function that makes what belongs to a key once, and keeps it: keys must be few. */
function memoize<T>(make: (key: string) => T): (key: string) => T {
  const made = new Map<string, T>();
  return (key) => {
    let value = made.get(key);
    if (value === undefined) made.set(key, (value = make(key)));
    return value;
  };
}
