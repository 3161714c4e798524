import { bundlePath, PEERS } from "./builds.ts";
import { resultOf, type Environment, type Runtime } from "./probe.ts";
import { eventWith, type BenchTenant } from "./tenant.ts";

/** Microseconds per call, by subject, one value for each round. */
export type Times = Readonly<Record<string, readonly number[]>>;

export interface WarmTimes {
  readonly distinct: Times;
  readonly repeated: Times;
}

export interface WarmEffort {
  readonly tokens: number;
  readonly rounds: number;
}

/** What one request costs once everything is loaded and compiled. */
export function measureWarm(
  runtime: Runtime,
  tenant: BenchTenant,
  environment: Environment,
  effort: WarmEffort,
): Promise<WarmTimes> {
  const tokens = Array.from({ length: effort.tokens }, (_, user) => tenant.idToken(user));
  const bundles = ["authorizer", ...Object.keys(PEERS)].map((name) => [name, bundlePath(name)]);
  return resultOf(
    { runtime, name: "warm", environment },
    {
      bundles: Object.fromEntries(bundles) as object,
      tokens,
      events: tokens.map(eventWith),
      jwk: tenant.keys[0].jwk,
      rounds: effort.rounds,
    },
  );
}
