import { createHash } from "node:crypto";
import type { StoredRevocation } from "./item.ts";
import type { RevocableToken } from "./revocable-token.ts";
import type { RevocationKind } from "./revocation.ts";

/** How much of a list is kept in memory. */
export interface ListLimits {
  readonly entries: number;
  /** Estimated. */
  readonly bytes: number;
}

/** Seconds since the epoch. */
interface Entry {
  readonly notBefore: number;
  readonly writtenAt: number;
}

/** The kinds of which there may be many, in the order in which they are dropped where there are too many. */
const DROPPED_FIRST = ["sid", "token", "sub", "client"] as const satisfies readonly RevocationKind[];

type ListedKind = (typeof DROPPED_FIRST)[number];

/** The revocations of one issuer, or those of all of them. */
interface Scope extends Readonly<Record<ListedKind, Map<string, Entry>>> {
  /** Everything that was issued at this second or before has ended; -1 where nothing has. */
  all: number;
}

/** Of every issuer. */
const EVERY = "*";
const LIST_LIMITS: ListLimits = { entries: 100_000, bytes: 32_000_000 };
/** What a Map, a string and an entry take in V8 beside the text. */
const ENTRY_BYTES = 130;

/**
 * Which tokens have ended before their time. Revocations are only ever added, in any order and any number of times,
 * so that whatever comes late or twice can only refuse more.
 */
export class RevokedTokens {
  readonly #everywhere: Scope = emptyScope();
  readonly #scopes: ReadonlyMap<string, Scope>;
  readonly #limits: ListLimits;
  #entries = 0;
  #bytes = 0;

  /** @param issuers whose tokens are accepted: what is revoked of others is left out */
  constructor(issuers: readonly string[], limits: ListLimits = LIST_LIMITS) {
    this.#scopes = new Map(issuers.map((issuer) => [issuer, emptyScope()]));
    this.#limits = limits;
  }

  /** How many users, sessions, applications and tokens are listed. */
  get size(): number {
    return this.#entries;
  }

  /** @returns how many others had to be dropped for it */
  add({ kind, value, issuer, notBefore, writtenAt }: StoredRevocation): number {
    const scope = issuer === EVERY ? this.#everywhere : this.#scopes.get(issuer);
    if (scope === undefined) return 0;
    if (kind === "all") {
      scope.all = Math.max(scope.all, notBefore);
      return 0;
    }
    this.#put(scope[kind], value, { notBefore, writtenAt: Math.ceil(writtenAt / 1000) });
    return this.#dropWhatIsTooMuch();
  }

  /**
   * What ended this token: the latest not-before of all that apply decides, because an earlier one must never hide it.
   *
   * @returns undefined where nothing did
   */
  revocationOf(token: RevocableToken): RevocationKind | undefined {
    return endIn(this.#everywhere, token) ?? endIn(this.#scopes.get(token.issuer), token);
  }

  /** Forgets what was written before this time, in seconds since the epoch: no token is left that it would end. */
  forget(before: number): void {
    for (const { map, value, entry } of this.#all()) {
      if (entry.writtenAt < before) this.#delete(map, value);
    }
  }

  *#all(): Generator<{ map: Map<string, Entry>; value: string; entry: Entry }> {
    for (const scope of [this.#everywhere, ...this.#scopes.values()]) {
      for (const kind of DROPPED_FIRST) {
        for (const [value, entry] of scope[kind]) yield { map: scope[kind], value, entry };
      }
    }
  }

  /** It becomes the last of its map, so that the first is the one that was written longest ago. */
  #put(map: Map<string, Entry>, value: string, entry: Entry): void {
    const former = map.get(value);
    if (former !== undefined) this.#delete(map, value);
    map.set(value, former === undefined ? entry : latest(former, entry));
    this.#entries += 1;
    this.#bytes += ENTRY_BYTES + value.length;
  }

  #delete(map: Map<string, Entry>, value: string): void {
    map.delete(value);
    this.#entries -= 1;
    this.#bytes -= ENTRY_BYTES + value.length;
  }

  #dropWhatIsTooMuch(): number {
    let dropped = 0;
    while (this.#entries > this.#limits.entries || this.#bytes > this.#limits.bytes) {
      this.#dropOne();
      dropped += 1;
    }
    return dropped;
  }

  #dropOne(): void {
    const scopes = [this.#everywhere, ...this.#scopes.values()];
    const maps = DROPPED_FIRST.flatMap((kind) => scopes.map((scope) => scope[kind]));
    const map = maps.find(({ size }) => size > 0);
    const [value] = map?.keys() ?? [];
    if (map !== undefined && value !== undefined) this.#delete(map, value);
  }
}

function emptyScope(): Scope {
  return { all: -1, sub: new Map(), client: new Map(), sid: new Map(), token: new Map() };
}

function latest(one: Entry, other: Entry): Entry {
  return {
    notBefore: Math.max(one.notBefore, other.notBefore),
    writtenAt: Math.max(one.writtenAt, other.writtenAt),
  };
}

/** A token of the second of the revocation has ended too: `iat` has whole seconds, and may be older than it says. */
function endIn(scope: Scope | undefined, token: RevocableToken): RevocationKind | undefined {
  if (scope === undefined) return undefined;
  const { subject, clientId, sessionId } = token;
  const issuedAt = Math.floor(token.issuedAt);
  if (issuedAt <= scope.all) return "all";
  if (issuedAt <= notBeforeOf(scope.sub, subject)) return "sub";
  if (issuedAt <= notBeforeOf(scope.client, clientId)) return "client";
  if (sessionId !== undefined && scope.sid.has(sessionId)) return "sid";
  if (scope.token.size > 0 && scope.token.has(tokenHash(token.token))) return "token";
  return undefined;
}

function notBeforeOf(map: ReadonlyMap<string, Entry>, value: string | undefined): number {
  return value === undefined ? -1 : (map.get(value)?.notBefore ?? -1);
}

/**
 * By what one token is revoked: the base64url of the SHA-256 of what was signed of it, which is all up to its second dot.
 */
export function tokenHash(token: string): string {
  return createHash("sha256")
    .update(token.slice(0, token.lastIndexOf(".")))
    .digest("base64url");
}
