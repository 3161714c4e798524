import { RemoteKeySet, type KeySet, type RemoteKeySetOptions } from "../../src/token/keys/remote-key-set.ts";
import { AuthorizerError } from "../../src/errors.ts";
import type { SigningKey } from "../../src/testing/signing-key.ts";

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;

/** A JWK Set as a tenant sends it. */
export function jwks(...keys: readonly SigningKey[]): string {
  return JSON.stringify({ keys: keys.map(({ jwk }) => jwk) });
}

/** A tenant and a clock for one key set, in which nothing takes time unless a test says so. */
export class VirtualTenant {
  now = Date.UTC(2026, 10, 22, 12);
  /** What a fetch gets; `undefined` is no answer until {@link VirtualTenant.settle}. */
  answer: string | Error | undefined;
  /** When keys were fetched. */
  readonly fetches: number[] = [];
  /** The limit of each fetch, in milliseconds. */
  readonly limits: number[] = [];
  readonly failures: string[] = [];
  readonly #open: { resolve: (text: string) => void; reject: (error: Error) => void }[] = [];

  constructor(answer?: string | Error) {
    this.answer = answer;
  }

  keySet(options: Partial<RemoteKeySetOptions> = {}): RemoteKeySet {
    return new RemoteKeySet({
      defer: (task) => task(),
      jwksUri: "https://tenant.example/.well-known/jwks.json",
      maxAgeSeconds: 600,
      staleIfErrorSeconds: 3600,
      timeoutMs: 1500,
      snapshotMaxAgeSeconds: 604_800,
      fetch: (_uri, timeoutMs) => this.#fetch(timeoutMs),
      clock: () => this.now,
      random: () => 0,
      onFailure: ({ detail }) => this.failures.push(detail),
      ...options,
    });
  }

  /** Ends the fetch that was begun so many fetches after the first of those still open. */
  async settle(answer: string | Error, index = 0): Promise<void> {
    const [fetch] = this.#open.splice(index, 1);
    if (answer instanceof Error) fetch?.reject(answer);
    else fetch?.resolve(answer);
    await idle();
  }

  #fetch(timeoutMs: number): Promise<string> {
    this.fetches.push(this.now);
    this.limits.push(timeoutMs);
    if (this.answer instanceof Error) return Promise.reject(this.answer);
    if (this.answer !== undefined) return Promise.resolve(this.answer);
    return new Promise((resolve, reject) => this.#open.push({ resolve, reject }));
  }
}

/** `accepted`, or the reason why not. */
export async function outcome(keySet: KeySet, kid = "current"): Promise<string> {
  try {
    await keySet.key(kid);
    return "accepted";
  } catch (error) {
    if (error instanceof AuthorizerError) return error.code;
    throw error;
  }
}

/** Until everything that waits for no clock has happened. */
export function idle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
