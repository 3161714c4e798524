import { Refusal } from "../refusal.ts";
import { RemoteCopy, type RemoteCopyOptions } from "../remote/copy.ts";
import type { Lifetimes } from "../remote/freshness.ts";
import type { TokenClaims } from "../oauth/claims.ts";
import { revocableToken, type RevocableToken } from "./revocable-token.ts";
import type { RevokedTokens } from "./revoked-tokens.ts";

/** Which tokens have ended before their time. */
export interface Revocations {
  /**
   * @returns a promise only where the list has to be waited for: an await takes longer than the check
   * @throws Refusal `revoked`, `revocations_unavailable` where that cannot be told, or `invalid_claim` where the token
   * lives longer than revocations are kept
   */
  check(token: string, claims: TokenClaims): Promise<void> | undefined;
  /** How old the list at hand is, in seconds; undefined where there is none. */
  ageSeconds(): number | undefined;
}

export interface RevocationListOptions extends Pick<
  RemoteCopyOptions<RevokedTokens>,
  "clock" | "random" | "defer"
> {
  /** The table's name, for whoever reads why it could not be read. */
  readonly table: string;
  /** Reads what is new in the table. */
  readonly read: (timeoutMs: number) => Promise<RevokedTokens>;
  readonly syncSeconds: number;
  readonly maxAgeSeconds: number;
  readonly staleIfErrorSeconds: number;
  /** The claim with the session in access tokens. */
  readonly sessionClaim: string | undefined;
  /** The longest life of a token that is accepted. */
  readonly retentionHours: number;
  /** What becomes of tokens where there is no list: `allow` accepts them as if there were no table. */
  readonly unavailable: "refuse" | "allow";
  readonly onFailure: (detail: string) => void;
  /** A token was accepted without a list. */
  readonly onMissing: (detail: string) => void;
}

/** A copy of the table of revocations. No request waits for it unless it is older than its maximal age. */
export class RevocationList implements Revocations {
  readonly #options: RevocationListOptions;
  readonly #copy: RemoteCopy<RevokedTokens>;

  constructor(options: RevocationListOptions) {
    const { read, clock, random, defer, onFailure } = options;
    this.#options = options;
    this.#copy = new RemoteCopy({
      fetch: read,
      lifetimes: lifetimesOf(options),
      clock,
      random,
      defer,
      onFailure: ({ message }) => onFailure(message),
    });
    // Making the request to the table ready takes milliseconds, so the keys' request leaves first.
    defer(() => this.#copy.fetchIfEmpty());
  }

  check(token: string, claims: TokenClaims): Promise<void> | undefined {
    this.#checkLifetime(claims);
    const revocable = revocableToken(token, claims, this.#options);
    const revoked = this.#copy.find((list) => list);
    if (revoked === undefined) return this.#waitAndCheck(revocable);
    refuseRevoked(revocable, revoked);
    return undefined;
  }

  async #waitAndCheck(token: RevocableToken): Promise<void> {
    const revoked = await this.#copy.fetchAndFind((list) => list);
    if (revoked === undefined) this.#decideWithout();
    else refuseRevoked(token, revoked);
  }

  ageSeconds(): number | undefined {
    return this.#copy.ageSeconds;
  }

  /** A revocation is forgotten once no token can be left that it ended. */
  #checkLifetime({ issuedAt, expiresAt }: TokenClaims): void {
    const limit = this.#options.retentionHours * 3600;
    if (expiresAt - issuedAt > limit)
      throw new Refusal("invalid_claim", `exp: longer than ${limit} s after iat`);
  }

  #decideWithout(): void {
    const { table, unavailable, onMissing } = this.#options;
    const detail = `${table}: ${this.#copy.state.failure?.message ?? "no answer"}`;
    if (unavailable === "refuse") throw new Refusal("revocations_unavailable", detail);
    onMissing(detail);
  }
}

function refuseRevoked(token: RevocableToken, revoked: RevokedTokens): void {
  const kind = revoked.revocationOf(token);
  if (kind !== undefined) throw new Refusal("revoked", kind);
}

/** A fifth earlier than asked for at the earliest, and a fifth later at the latest. */
function lifetimesOf({ syncSeconds, maxAgeSeconds, staleIfErrorSeconds }: RevocationListOptions): Lifetimes {
  return {
    refreshAfter: syncSeconds * 800,
    maxAge: maxAgeSeconds * 1000,
    staleIfError: staleIfErrorSeconds * 1000,
  };
}
