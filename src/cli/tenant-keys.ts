import type { Settings } from "../config.ts";
import { fetchJwks, jwksUriOf } from "../oauth/jwks-fetch.ts";
import { RemoteKeySet, type KeySet } from "../oauth/key-set.ts";
import { withProgress, type Terminal } from "./terminal.ts";

/** The authorizer's own key set, with progress. */
export function tenantKeys(issuer: string, settings: Settings, terminal: Terminal): KeySet {
  return keySetThrough(issuer, settings, (uri, timeoutMs) =>
    withProgress(terminal, `Fetching ${uri}`, fetchJwks(uri, timeoutMs)),
  );
}

/** The same, with keys from somewhere else than the tenant. */
export function keySetThrough(issuer: string, settings: Settings, fetch: typeof fetchJwks): KeySet {
  return new RemoteKeySet({
    jwksUri: jwksUriOf(issuer),
    maxAgeSeconds: settings.jwksMaxAgeSeconds,
    staleIfErrorSeconds: settings.jwksStaleIfErrorSeconds,
    timeoutMs: settings.jwksTimeoutMs,
    snapshotMaxAgeSeconds: 0,
    fetch,
    clock: Date.now,
    random: Math.random,
    later: setImmediate,
    onFailure: () => undefined,
  });
}
