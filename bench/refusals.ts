import { bundlePath } from "./builds.ts";
import { resultOf, type Environment, type Runtime } from "./probe.ts";
import { eventWith, forged, type BenchTenant } from "./tenant.ts";
import type { Times, WarmEffort } from "./warm.ts";

const KIB = 1024;

/** Content on which parsers are slow, a little more than so many bytes of it. */
const HOSTILE: Readonly<Record<string, (bytes: number) => unknown>> = {
  "empty objects": (bytes) => Array.from({ length: bytes / 3 }, () => ({})),
  "many names": (bytes) =>
    Object.fromEntries(Array.from({ length: bytes / 8 }, (_, index) => [index.toString(36), 0])),
  "one string": (bytes) => "x".repeat(bytes),
  escapes: (bytes) => "\u0001".repeat(bytes / 6),
  // Not much deeper, and `JSON.stringify` cannot write it.
  "nested arrays": (bytes) => [nested(3000), "x".repeat(Math.max(0, bytes - 6000))],
};

/**
 * What an attacker may send, by what is wrong with it. The hostile ones are right in everything that an attacker can
 * know: only their signature gives them away.
 */
export function attacks(tenant: BenchTenant, count: number): Record<string, unknown[]> {
  const events = (make: (index: number) => string): unknown[] =>
    Array.from({ length: count }, (_, index) => eventWith(make(index)));
  const token = tenant.idToken(0);
  return {
    garbage: events((index) => `${index}${"x".repeat(900)}`),
    "not a JWT": events((index) => `a${index}.b.c`),
    expired: events((index) => tenant.idToken(index, { exp: 1_600_000_000 })),
    "unknown issuer": events((index) => tenant.idToken(index, { iss: `https://${index}.example.com/` })),
    "unknown key": events((index) => tenant.idToken(index, {}, { kid: `invented-${index}` })),
    "bad signature": events((index) => forged(tenant.idToken(index))),
    ...hostile(tenant, 8, count),
    ...hostile(tenant, 100, count),
    "100 KB of dots": events(() => ".".repeat(100 * KIB)),
    "100 KB of a token": events(() => `${token}${"A".repeat(100 * KIB)}`),
  };
}

function hostile(tenant: BenchTenant, kib: number, count: number): Record<string, unknown[]> {
  // Base64 makes three bytes four; headers, ordinary claims and the signature take the rest of 8 KB.
  const bytes = kib * KIB * 0.75 - 1200;
  const of = (claims: object): unknown[] => {
    const tokens = Array.from({ length: Math.min(count, 20) }, (_, index) => tenant.idToken(index, claims));
    return tokens.map((token) => eventWith(forged(token)));
  };
  return Object.fromEntries(
    Object.entries(HOSTILE).map(([name, content]) => [
      `${kib} KB: ${name}`,
      of({ content: content(Math.floor(bytes)) }),
    ]),
  );
}

function nested(depth: number): unknown[] {
  let value: unknown[] = [];
  for (let level = 1; level < depth; level += 1) value = [value];
  return value;
}

/** Microseconds for each refusal. */
export function measureRefusals(
  runtime: Runtime,
  tenant: BenchTenant,
  environment: Environment,
  effort: WarmEffort,
): Promise<Times> {
  return resultOf(
    { runtime, name: "refuse", environment },
    {
      bundle: bundlePath("authorizer"),
      tokens: Array.from({ length: effort.tokens }, (_, user) => tenant.idToken(user)),
      jwk: tenant.keys[0].jwk,
      attacks: attacks(tenant, effort.tokens),
      rounds: effort.rounds,
    },
  );
}
