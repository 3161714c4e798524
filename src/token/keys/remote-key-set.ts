import { AuthorizerError } from "../../errors.ts";
import { RefreshingCache, type CacheState } from "../../http/refreshing-cache.ts";
import type { Snapshot } from "../../http/freshness.ts";
import { readJwkSet, readUsableKeys, type JwkSet } from "./jwk.ts";
import { VerificationKey } from "../signature.ts";
import type { DecodedJwt } from "../jwt.ts";

/** A key that may have signed a token. */
export interface PublicKey {
  /** @throws AuthorizerError `bad_signature` */
  verifySignature(jwt: DecodedJwt): void;
}

/** The public keys of one issuer. */
export interface KeySet {
  /**
   * @returns a promise only where the key has to be fetched
   * @throws AuthorizerError `unknown_key` where the issuer does not publish it, `keys_unavailable` where that cannot be told
   */
  key(kid: string): PublicKey | Promise<PublicKey>;
}

/** A JWK Set that was fetched at deployment. */
export interface KeySnapshot {
  /** The JWK Set (RFC 7517 §5), parsed but not checked. */
  readonly jwks: unknown;
  /** Milliseconds since the epoch. */
  readonly takenAt: number;
}

export interface RemoteKeySetOptions {
  readonly jwksUri: string;
  /** How long fetched keys count as fresh. */
  readonly maxAgeSeconds: number;
  /** How long beyond that they may be used while they cannot be fetched (RFC 5861 §4). */
  readonly staleIfErrorSeconds: number;
  /** The limit of one fetch. */
  readonly timeoutMs: number;
  /** Keys to begin with, and how old they may be while the tenant cannot be reached. */
  readonly snapshot?: KeySnapshot | undefined;
  readonly snapshotMaxAgeSeconds: number;
  readonly fetch: (jwksUri: string, timeoutMs: number) => Promise<string>;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  /** From 0 to 1, as `Math.random`. */
  readonly random: () => number;
  /** Runs a task once the answer is on its way. */
  readonly defer: (task: () => void) => void;
  readonly onFailure: (failure: { readonly jwksUri: string; readonly detail: string }) => void;
}

type Keys = ReadonlyMap<string, PublicKey>;

/** Where a tenant publishes its keys, by its issuer identifier, which ends with a slash. */
export function toJwksUri(issuer: string): string {
  return `${issuer}.well-known/jwks.json`;
}

/** The public keys at a tenant's JWKS endpoint. An answer without a usable key changes nothing. */
export class RemoteKeySet implements KeySet {
  readonly #jwksUri: string;
  readonly #cache: RefreshingCache<Keys>;

  constructor(options: RemoteKeySetOptions) {
    const { jwksUri, timeoutMs, fetch, clock, random, defer, onFailure } = options;
    this.#jwksUri = jwksUri;
    this.#cache = new RefreshingCache({
      fetch: async (limitMs) =>
        toVerificationKeys(readJwkSet(await fetch(jwksUri, Math.min(timeoutMs, limitMs)))),
      lifetimes: { maxAge: options.maxAgeSeconds * 1000, staleIfError: options.staleIfErrorSeconds * 1000 },
      snapshot: readSnapshot(options),
      clock,
      random,
      defer,
      onFailure: ({ message }) => onFailure({ jwksUri, detail: message }),
    });
  }

  /** How the keys are doing, without a fetch. */
  get state(): CacheState {
    return this.#cache.state;
  }

  key(kid: string): PublicKey | Promise<PublicKey> {
    return this.#cache.find((keys) => keys.get(kid)) ?? this.#fetchKey(kid);
  }

  /** The age of the cached keys in seconds; undefined without keys. */
  ageSeconds(): number | undefined {
    return this.#cache.ageSeconds;
  }

  /** Begins to fetch the keys where none are cached, and does not wait. */
  fetchIfEmpty(): void {
    this.#cache.fetchIfEmpty();
  }

  async #fetchKey(kid: string): Promise<PublicKey> {
    return (await this.#cache.fetchAndFind((keys) => keys.get(kid))) ?? this.#throwUnavailable();
  }

  /** Without the tenant's keys, it cannot be told that one is not among them. */
  #throwUnavailable(): never {
    const { failure } = this.#cache.state;
    if (failure === undefined && this.#cache.current() !== undefined)
      throw new AuthorizerError("unknown_key");
    const { host } = new URL(this.#jwksUri);
    throw new AuthorizerError("keys_unavailable", `${host}: ${failure?.message ?? "no answer"}`, {
      cause: failure,
    });
  }
}

/** Ignores snapshots that are expired or unusable. */
function readSnapshot(options: RemoteKeySetOptions): Snapshot<Keys> | undefined {
  const { snapshot, snapshotMaxAgeSeconds, clock, jwksUri, onFailure } = options;
  if (snapshot === undefined) return undefined;
  const { jwks, takenAt } = snapshot;
  const usableUntil = takenAt + snapshotMaxAgeSeconds * 1000;
  if (clock() >= usableUntil) return undefined;
  try {
    if (takenAt > clock()) throw new Error("taken in the future");
    return { value: toVerificationKeys(readUsableKeys(jwks)), takenAt, usableUntil };
  } catch (error) {
    onFailure({ jwksUri, detail: `snapshot ignored: ${(error as Error).message}` });
    return undefined;
  }
}

function toVerificationKeys(jwks: JwkSet): Keys {
  return new Map(Array.from(jwks, ([kid, jwk]) => [kid, new VerificationKey(jwk)]));
}
