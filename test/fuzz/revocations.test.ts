import { expect, test } from "@jest/globals";
import { tokenHash } from "../../src/revocation/item.ts";
import type { Revocation, RevocationScope } from "../../src/revocation/revocation.ts";
import {
  Harness,
  OUTAGES,
  THROTTLED,
  toClaims,
  unprocessed,
  type Behaviour,
} from "../revocation/lookup-harness.ts";

const STEPS = 10_000;
/** So few that revocations and tokens meet, among them what an object has by itself. */
const SUBJECTS = [
  "auth0|alice",
  "auth0|bob",
  "__proto__",
  "constructor",
  "auth0|jürgen 🚪",
  "sub#auth0|alice",
];
const CLIENTS = ["WebApp", "toString"];
const SESSIONS = ["s1", "hasOwnProperty", "s3"];
const ORGANIZATIONS = ["org_1", "org_2"];
const TOKENS = ["a", "b", "c", "d"].map((part) => `eyJh.${part}.c2ln`);

const HASHES = new Map(TOKENS.map((token) => [token, tokenHash(token)]));

/** Reproducible random numbers (mulberry32). */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d_2b_79_f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const random = createRandom(20_261_130);
const chance = (probability: number): boolean => random() < probability;
function pick<T>(values: readonly [T, ...T[]] | readonly T[]): T {
  return values[Math.floor(random() * values.length)] as T;
}

function randomScope(): RevocationScope {
  return pick<() => RevocationScope>([
    () => ({ kind: "sub", sub: pick(SUBJECTS) }),
    () => ({ kind: "member", organizationId: pick(ORGANIZATIONS), sub: pick(SUBJECTS) }),
    () => ({ kind: "sid", sid: pick(SESSIONS) }),
    () => ({ kind: "client", clientId: pick(CLIENTS) }),
    () => ({ kind: "token", hash: tokenHash(pick(TOKENS)) }),
  ])();
}

interface Token {
  readonly token: string;
  readonly sub: string;
  readonly actors: readonly string[];
  readonly clientId: string | undefined;
  readonly org: string | undefined;
  readonly sid: string | undefined;
  readonly use: "id" | "access";
  readonly iat: number;
}

function randomToken(now: number): Token {
  return {
    token: pick(TOKENS),
    sub: pick(SUBJECTS),
    actors: Array.from({ length: pick([0, 0, 1, 2, 3]) }, () => pick(SUBJECTS)),
    clientId: pick([...CLIENTS, "Other"]),
    org: pick([...ORGANIZATIONS, undefined]),
    sid: pick([...SESSIONS, "s4", undefined]),
    use: pick(["id", "access"]),
    iat: now - Math.floor(random() * 30) + (chance(0.1) ? 0.5 : 0),
  };
}

/** The rule once more, as plainly as can be. */
function isCovered({ scope, notBefore }: Revocation, token: Token): boolean {
  const isBefore = Math.floor(token.iat) <= notBefore;
  switch (scope.kind) {
    case "sub":
      return isBefore && [token.sub, ...token.actors].includes(scope.sub);
    case "member":
      return isBefore && scope.organizationId === token.org && scope.sub === token.sub;
    case "client":
      return isBefore && scope.clientId === token.clientId;
    case "sid":
      return scope.sid === token.sid;
    case "token":
      return scope.hash === HASHES.get(token.token);
  }
}

/** Revocations as they are written, in any order and with any time, and when. */
class Model {
  readonly written: (Revocation & { readonly at: number })[] = [];

  /** @param before milliseconds: applications that were revoked later may not be known yet */
  isRevoked(token: Token, before = Infinity): boolean {
    return this.written.some(
      (one) => (one.scope.kind !== "client" || one.at <= before) && isCovered(one, token),
    );
  }
}

function isOutage(behaviour: Behaviour | undefined): boolean {
  return Object.values<unknown>(OUTAGES).includes(behaviour);
}

test.each(["error", "allow"] as const)(
  "10,000 random steps: revoked tokens are refused, and no others: REVOCATION_ON_FAILURE=%s",
  async (onFailure) => {
    let harness = new Harness({ onFailure });
    let model = new Model();
    const wrong: object[] = [];
    // Whether the last request got no answer, on either connection.
    let isDown = false;
    const counts = { accepted: 0, revoked: 0, unavailable: 0, unchecked: 0 };
    for (let step = 0; step < STEPS; step += 1) {
      harness.now += pick([0, 0, 1, 100, 1000, 12_000]);
      // With everything revoked, nothing would be tried any more.
      if (chance(0.004)) [harness, model, isDown] = [new Harness({ onFailure }), new Model(), false];
      const now = Math.floor(harness.now / 1000);
      if (chance(0.1)) {
        const revocation = { scope: randomScope(), notBefore: now - Math.floor(random() * 40) };
        harness.stored.raise(revocation, undefined);
        model.written.push({ ...revocation, at: harness.now });
        continue;
      }
      harness.next = chance(0.2)
        ? Array.from({ length: pick([1, 2, 3]) }, () =>
            pick([...Object.values(OUTAGES), THROTTLED, unprocessed()]),
          )
        : [];
      const token = randomToken(now);
      const before = harness.events.length;
      const [kept, fresh] = harness.next;
      const asked = harness.asked.length;
      const outcome = await harness.outcome(toClaims(token), token.token);
      const isUnchecked = harness.events
        .slice(before)
        .some(({ event }) => event === "revocations_not_checked");
      if (harness.asked.length > asked) isDown = isOutage(kept) && isOutage(fresh);
      const kind = isUnchecked ? "unchecked" : (/^accepted|^revoked/.exec(outcome)?.[0] ?? "unavailable");
      counts[kind as keyof typeof counts] += 1;
      const isWrong = {
        accepted: () => model.isRevoked(token, harness.now - 10_000),
        revoked: () => !model.isRevoked(token),
        unavailable: () => !outcome.startsWith("revocations_unavailable"),
        // Nothing that a caller can bring about, such as throttling, is enough for that.
        unchecked: () => onFailure !== "allow" || outcome !== "accepted" || !isDown,
      }[kind as keyof typeof counts]();
      if (isWrong) wrong.push({ step, token, outcome });
    }
    expect(wrong).toEqual([]);
    for (const kind of ["accepted", "revoked", "unavailable"] as const)
      expect(counts[kind]).toBeGreaterThan(200);
    expect(counts.unchecked > 0).toBe(onFailure === "allow");
  },
);
