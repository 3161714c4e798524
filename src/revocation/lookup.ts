import type { RevocationEvent } from "../logging/events.ts";
import type { Settings } from "../settings/settings.ts";
import type { TokenClaims } from "../token/claims.ts";
import { BackOff } from "./backoff.ts";
import { type TableCalls, isNoAnswer, readKeys } from "./batch-get.ts";
import { BoundedMap } from "./bounded-map.ts";
import { readRevocableKeys, UnusableClaimError, type RevocableKey } from "./revocable-keys.ts";

/** Refuses tokens that are revoked. */
export interface RevocationLookup {
  /** @throws AuthorizerError with the reason of a {@link LookupRefusal} */
  check(token: string, claims: TokenClaims): Promise<void>;
}

/** Why a token is not accepted. */
interface LookupRefusal {
  /**
   * - `revoked`: by what the detail says, such as `sub`.
   * - `revocations_unavailable`: the table did not say whether it is revoked.
   * - `invalid_claim`: a claim cannot be looked up.
   */
  readonly reason: "revoked" | "revocations_unavailable" | "invalid_claim";
  /** Safe to log: the name of a claim or of the table, never a value of the token. */
  readonly detail: string;
  /** What went wrong with the table. */
  readonly cause?: unknown;
}

/**
 * Looks tokens up in the table. It returns why a token is not accepted and throws nothing: the function loads this from
 * a file of its own, where an error would be of another class than the one that the authorizer catches.
 */
export interface TableLookup {
  /** @returns undefined where the token is accepted */
  find(token: string, claims: TokenClaims): Promise<LookupRefusal | undefined>;
}

export interface RevocationLookupOptions extends TableCalls {
  /** Where the table gives no answer: `error` is `revocations_unavailable`, `allow` accepts the token. */
  readonly onFailure: Settings["revocationOnFailure"];
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
 * Looks up in the table whether a token is revoked, by one BatchGetItem for each token.
 *
 * After a lookup without an answer, the next asks nothing and decides at once, until the pause is over. What was seen
 * to be revoked stays so, whatever the table says or does later.
 */
export function createRevocationLookup(options: RevocationLookupOptions): TableLookup {
  return new Lookup(options);
}

/** What the table said of an application. */
interface ClientAnswer {
  /** Milliseconds since the epoch. */
  readonly askedAt: number;
  /** Seconds since the epoch; undefined where it is not listed. */
  readonly notBefore: number | undefined;
}

class Lookup implements TableLookup {
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

  async find(token: string, claims: TokenClaims): Promise<LookupRefusal | undefined> {
    try {
      const keys = readRevocableKeys(token, claims, this.#options.sessionClaim);
      return this.#findRevoked(keys, claims) ?? (await this.#read(keys, claims));
    } catch (error) {
      if (!(error instanceof UnusableClaimError)) throw error;
      return { reason: "invalid_claim", detail: error.message };
    }
  }

  async #read(keys: readonly RevocableKey[], claims: TokenClaims): Promise<LookupRefusal | undefined> {
    try {
      const answer = await this.#backOff.run(() => this.#ask(keys), isNoAnswer);
      return this.#findRevoked(keys, claims) ?? (answer === undefined ? this.#decideWithout() : undefined);
    } catch (error) {
      // What the table did say before it failed counts.
      return this.#findRevoked(keys, claims) ?? this.#decideAfter(error as Error);
    }
  }

  #decideAfter(cause: Error): LookupRefusal | undefined {
    const detail = `${this.#options.table}: ${cause.message}`;
    this.#options.onEvent({ event: "revocation_lookup_failed", detail });
    if (!isNoAnswer(cause)) return { reason: "revocations_unavailable", detail, cause };
    this.#lastFailure = detail;
    return this.#decideWithout(cause);
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

  #findRevoked(keys: readonly RevocableKey[], { issuedAt }: TokenClaims): LookupRefusal | undefined {
    const revoked = keys.find(({ key, isByTime }) => {
      const notBefore = this.#latest(key);
      // `iat` has whole seconds: a token of the same second may have been issued before.
      return notBefore !== undefined && (!isByTime || Math.floor(issuedAt) <= notBefore);
    });
    return revoked && { reason: "revoked", detail: revoked.label };
  }

  #latest(key: string): number | undefined {
    return this.#revoked.get(key) ?? this.#clients.get(key)?.notBefore;
  }

  /** What becomes of a token while the table gives no answer. */
  #decideWithout(cause?: Error): LookupRefusal | undefined {
    const { onFailure, onEvent } = this.#options;
    const detail = this.#lastFailure;
    if (onFailure === "error") return { reason: "revocations_unavailable", detail, cause };
    onEvent({ event: "revocations_not_checked", detail });
    return undefined;
  }
}
