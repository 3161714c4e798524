import { createKeySet } from "../token/keys/issuer-key-sets.ts";
import type { KeySet } from "../token/keys/remote-key-set.ts";
import { fetchText } from "../http/client.ts";
import type { Settings } from "../settings/settings.ts";
import { withProgress, type Terminal } from "./terminal.ts";

/** The authorizer's own key set, fetched with progress. */
export function tenantKeys(issuer: string, settings: Settings, terminal: Terminal): KeySet {
  const fetch = (url: string, timeoutMs: number): Promise<string> =>
    withProgress(terminal, `Fetching ${url}`, fetchText(url, timeoutMs));
  return createKeySet(issuer, settings, { fetch });
}

/** The authorizer's own key set, with the keys of a file. */
export function keysOfFile(issuer: string, settings: Settings, jwkSet: unknown): KeySet {
  return createKeySet(issuer, settings, { fetch: () => Promise.resolve(JSON.stringify(jwkSet)) });
}
