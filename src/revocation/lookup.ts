import { AuthorizerError } from "../errors.ts";
import type { RevocationEvent } from "../logging/events.ts";
import type { TokenClaims } from "../token/claims.ts";
import { BackOff } from "./backoff.ts";
import { type TableCalls, isNoAnswer, readKeys } from "./batch-get.ts";
import { BoundedMap } from "./bounded-map.ts";
import { readRevocableKeys, type RevocableKey } from "./revocable-keys.ts";

/** Tells whether tokens are revoked. */
export interface RevocationLookup {
  /**
   * @throws Refusal `revoked`; `revocations_unavailable` where that cannot be told; or `invalid_claim` where a claim
   * cannot be looked up
   */
  check(token: string, claims: TokenClaims): Promise<void>;
}

export interface RevocationLookupOptions extends TableCalls {
  /** Where the table gives no answer: `error` is `revocations_unavailable`, `allow` accepts the token. */
  readonly onFailure: "error" | "allow";
  /** The claim with the session in access tokens; ID tokens have `sid`. */
  readonly sessionClaim: string | undefined;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  /** From 0 to 1, as `Math.random`. */
  readonly random: () => number;
  readonly onEvent: (event: RevocationEvent) => void;
}

const MAX_REVOKED = 10_000;

/** Applications may register themselves, so that their number has a limit here. */
const MAX_CLIENTS = 1000;

/** An application's tokens have one key in common, which is not to be asked for with each of them. */
const CLIENT_MAX_AGE_MS = 10_000;

/**
 * Looks up in the table whether a token is revoked, by one BatchGetItem for each check.
 *
 * After a lookup without an answer, a check asks nothing and decides at once, until the pause is over. What was seen
 * to be revoked stays so, whatever the table says or does later.
 */
export function createRevocationLookup(options: RevocationLookupOptions): RevocationLookup {
  return new Lookup(options);
}

/** What the table said of an application. */
interface ClientAnswer {
  /** Milliseconds since the epoch. */
  readonly askedAt: number;
  /** Seconds since the epoch; undefined where it is not listed. */
  readonly notBefore: number | undefined;
}

class Lookup implements RevocationLookup {
  readonly #options: RevocationLookupOptions;
  readonly #backOff: BackOff;
  /** The latest time of each revocation that was seen, by its key. */
  readonly #revoked = new BoundedMap<number>(MAX_REVOKED);
  readonly #clients = new BoundedMap<ClientAnswer>(MAX_CLIENTS);
  #lastFailure = "";

  constructor(options: RevocationLookupOptions) {
    this.#options = options;
    this.#backOff = new BackOff(options.clock, options.random);
  }

  async check(token: string, claims: TokenClaims): Promise<void> {
    const keys = readRevocableKeys(token, claims, this.#options.sessionClaim);
    this.#refuseRevoked(keys, claims);
    const isAnswered = await this.#read(keys, claims);
    this.#refuseRevoked(keys, claims);
    if (!isAnswered) this.#decideWithout();
  }

  /** @returns false where the table gave no answer, or was not asked because it gave none before */
  async #read(keys: readonly RevocableKey[], claims: TokenClaims): Promise<boolean> {
    try {
      const answer = await this.#backOff.run(() => this.#ask(keys), isNoAnswer);
      return answer !== undefined;
    } catch (error) {
      // What the table did say before it failed counts.
      this.#refuseRevoked(keys, claims);
      const detail = `${this.#options.table}: ${(error as Error).message}`;
      this.#options.onEvent({ event: "revocation_lookup_failed", detail });
      if (!isNoAnswer(error)) throw new AuthorizerError("revocations_unavailable", detail, { cause: error });
      this.#lastFailure = detail;
      return false;
    }
  }

  /** @throws Error where the table does not say of every key whether it is revoked */
  async #ask(keys: readonly RevocableKey[]): Promise<void> {
    const now = this.#options.clock();
    const unreadable: string[] = [];
    const asked = keys.filter(({ key }) => !this.#isAnswered(this.#clients.get(key), now));
    const byKey = new Map(asked.map((one) => [one.key, one]));
    await readKeys(Array.from(byKey.keys()), this.#options, (key, listed) => {
      const { label, isByTime = true } = byKey.get(key) ?? {};
      if (listed === "unreadable" && isByTime) unreadable.push(key);
      else if (listed !== undefined) this.#remember(key, listed === "unreadable" ? 0 : listed);
      if (label === "client" && listed !== "unreadable")
        this.#clients.set(key, { askedAt: now, notBefore: listed });
    });
    if (unreadable.length > 0) throw new Error("an item of this token has no time that can be read");
  }

  #isAnswered(answer: ClientAnswer | undefined, now: number): boolean {
    const age = now - (answer?.askedAt ?? -Infinity);
    return age >= 0 && age < CLIENT_MAX_AGE_MS;
  }

  #remember(key: string, notBefore: number): void {
    this.#revoked.set(key, Math.max(notBefore, this.#revoked.get(key) ?? 0));
  }

  #refuseRevoked(keys: readonly RevocableKey[], { issuedAt }: TokenClaims): void {
    for (const { key, label, isByTime } of keys) {
      const notBefore = this.#latest(key);
      // `iat` has whole seconds: a token of the same second may have been issued before.
      const isRevoked = notBefore !== undefined && (!isByTime || Math.floor(issuedAt) <= notBefore);
      if (isRevoked) throw new AuthorizerError("revoked", label);
    }
  }

  #latest(key: string): number | undefined {
    return this.#revoked.get(key) ?? this.#clients.get(key)?.notBefore;
  }

  #decideWithout(): void {
    const { onFailure, onEvent } = this.#options;
    if (onFailure === "error") throw new AuthorizerError("revocations_unavailable", this.#lastFailure);
    onEvent({ event: "revocations_not_checked", detail: this.#lastFailure });
  }
}
