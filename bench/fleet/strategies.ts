import { FetchError as LibraryFetchError, KidNotFoundInJwksError } from "aws-jwt-verify/error";
import { SimpleJwksCache, type PenaltyBox } from "aws-jwt-verify/jwk";
import { FetchError } from "../../src/http/fetch-error.ts";
import { RemoteKeySet, type KeySnapshot } from "../../src/token/keys/remote-key-set.ts";
import { AuthorizerError } from "../../src/errors.ts";
import { CHAPTERS, MINUTE, RENEWED_AT } from "./scenario.ts";

export type Outcome = "accepted" | "refused" | "cannot tell";

/** The keys of one container. */
export interface ContainerKeys {
  /** What becomes of a well-signed token with that key ID. */
  verify(kid: string): Promise<Outcome>;
}

/** What a container takes from outside. */
export interface Dependencies {
  readonly clock: () => number;
  readonly random: () => number;
  readonly fetch: () => Promise<{ readonly status: number; readonly text: string }>;
  readonly snapshot: KeySnapshot;
}

export interface Strategy {
  readonly name: string;
  /** When the snapshot was taken that a container which starts now is given. */
  readonly snapshotAt: (now: number) => number;
  readonly start: (dependencies: Dependencies) => ContainerKeys;
}

const JWKS_URI = "https://tenant.example/.well-known/jwks.json";

/** A snapshot is an hour old when the first containers start with it. */
const TAKEN_AT = -60 * MINUTE;
const TAKEN_FOR_REDEPLOYMENT_AT = CHAPTERS.thunderingHerd.from - MINUTE;

export const STRATEGIES: readonly Strategy[] = [
  {
    name: "with a snapshot",
    snapshotAt: (now) => (now < CHAPTERS.thunderingHerd.from ? TAKEN_AT : TAKEN_FOR_REDEPLOYMENT_AT),
    start: (dependencies) => ours(dependencies, dependencies.snapshot),
  },
  {
    name: "with a snapshot, if 429 were an outage",
    snapshotAt: (now) => (now < CHAPTERS.thunderingHerd.from ? TAKEN_AT : TAKEN_FOR_REDEPLOYMENT_AT),
    start: (dependencies) =>
      ours(dependencies, dependencies.snapshot, (status) => new FetchError(`HTTP ${status}`)),
  },
  {
    name: "with a snapshot, renewed after the revocation",
    snapshotAt: (now) => {
      if (now < RENEWED_AT) return TAKEN_AT;
      return now < CHAPTERS.thunderingHerd.from ? RENEWED_AT : TAKEN_FOR_REDEPLOYMENT_AT;
    },
    start: (dependencies) => ours(dependencies, dependencies.snapshot),
  },
  {
    name: "without a snapshot",
    snapshotAt: () => 0,
    start: (dependencies) => ours(dependencies, undefined),
  },
  { name: "plain aws-jwt-verify", snapshotAt: () => 0, start: awsJwtVerify },
];

/**
 * This project's key set, with the settings that are the default.
 *
 * @param toError what a wrong status means
 */
function ours(
  { clock, random, fetch }: Dependencies,
  snapshot: KeySnapshot | undefined,
  toError: (status: number) => FetchError = (status) => new FetchError(`HTTP ${status}`, { status }),
): ContainerKeys {
  const keySet = new RemoteKeySet({
    jwksUri: JWKS_URI,
    maxAgeSeconds: 600,
    staleIfErrorSeconds: 3600,
    timeoutMs: 1500,
    snapshot,
    snapshotMaxAgeSeconds: 604_800,
    fetch: async () => {
      const { status, text } = await fetch();
      if (status !== 200) throw toError(status);
      return text;
    },
    clock,
    random,
    defer: (task) => task(),
    onFailure: () => undefined,
  });
  keySet.fetchIfEmpty();
  return {
    verify: async (kid) => {
      try {
        await keySet.key(kid);
        return "accepted";
      } catch (error) {
        return error instanceof AuthorizerError && error.code === "unknown_key" ? "refused" : "cannot tell";
      }
    },
  };
}

/** The library's own cache; only its clock and its network are replaced. */
function awsJwtVerify({ clock, fetch }: Dependencies): ContainerKeys {
  const cache = new SimpleJwksCache({
    penaltyBox: new VirtualPenaltyBox(clock),
    fetcher: {
      fetch: async () => {
        const { status, text } = await fetch();
        // Its own fetcher does not try again after a wrong status.
        if (status !== 200) throw new LibraryFetchError(JWKS_URI, `Status code is ${status}, expected 200`);
        return new TextEncoder().encode(text).buffer;
      },
    },
  });
  return {
    verify: async (kid) => {
      try {
        await cache.getJwk(JWKS_URI, { header: { kid, alg: "RS256" }, payload: {} });
        return "accepted";
      } catch (error) {
        return error instanceof KidNotFoundInJwksError ? "refused" : "cannot tell";
      }
    },
  };
}

/** The library's `SimplePenaltyBox`, which uses timers, on a virtual clock. */
class VirtualPenaltyBox implements PenaltyBox {
  readonly #clock: () => number;
  #until = 0;

  constructor(clock: () => number) {
    this.#clock = clock;
  }

  wait(): Promise<void> {
    return this.#clock() < this.#until ? Promise.reject(new Error("still waiting")) : Promise.resolve();
  }

  registerFailedAttempt(): void {
    this.#until = this.#clock() + 10_000;
  }

  registerSuccessfulAttempt(): void {
    this.#until = 0;
  }
}
