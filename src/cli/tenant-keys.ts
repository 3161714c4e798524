import { createKeySet } from "../token/keys/issuer-key-sets.ts";
import type { KeySet } from "../token/keys/remote-key-set.ts";
import { fetchText } from "../http/client.ts";
import { AuthorizerError } from "../errors.ts";
import { printable } from "../logging/describe-error.ts";
import type { Settings } from "../settings/settings.ts";
import { withProgress, type Terminal } from "./terminal.ts";

/** The authorizer's own key set, fetched with progress. */
export function tenantKeys(issuer: string, settings: Settings, terminal: Terminal): KeySet {
  const fetch = (url: string, timeoutMs: number): Promise<string> =>
    withProgress(terminal, `Fetching ${url}`, fetchText(url, timeoutMs));
  return createKeySet(issuer, settings, { fetch });
}

/** The keys of an issuer, and how they are named in messages. */
export interface KeyFile {
  readonly name: string;
  /** What was parsed from the file. */
  readonly content: unknown;
}

/**
 * The authorizer's own key set, with the keys of a file: a JWK Set, one JWK, or a snapshot, which has a JWK Set for
 * each issuer. What the file lacks is the detail of `keys_unavailable` and `unknown_key`.
 */
export function keysOfFile(issuer: string, settings: Settings, { name, content }: KeyFile): KeySet {
  const keys = createKeySet(issuer, settings, {
    fetch: () => Promise.resolve().then(() => JSON.stringify(toJwkSet(content, issuer))),
  });
  const fail = (error: unknown): never => {
    if (!(error instanceof AuthorizerError)) throw error;
    const lacks =
      error.code === "unknown_key"
        ? "does not have this key"
        : ((error.cause as Error | undefined)?.message ?? "");
    throw new AuthorizerError(error.code, `${name}: ${lacks}`, { cause: error });
  };
  return { key: (kid) => Promise.resolve(keys.key(kid)).catch(fail) };
}

/** @throws Error that says what the file has instead of the issuer's keys */
function toJwkSet(content: unknown, issuer: string): unknown {
  const { keySets, kty, kid } = Object(content) as Readonly<Record<string, unknown>>;
  if (kty !== undefined && kid === undefined) throw new Error("this key has no kid, by which tokens name it");
  if (kty !== undefined) return { keys: [content] };
  if (keySets === undefined) return content;
  const issuers = Object.keys(Object(keySets) as object);
  if (issuers.includes(issuer)) return (keySets as Record<string, unknown>)[issuer];
  const others = issuers.length === 0 ? "of no tenant" : `only of ${issuers.map(printable).join(", ")}`;
  throw new Error(`this snapshot has no keys of ${issuer}, ${others}`);
}
