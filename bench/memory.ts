import { bundlePath } from "./builds.ts";
import { resultOf, type Environment, type Runtime } from "./probe.ts";
import { attacks } from "./refusals.ts";
import { eventWith, type BenchTenant } from "./tenant.ts";

export interface Memory {
  readonly heapGrowthBytes: number;
  readonly rssBytes: number;
}

/** What stays in memory of many requests, a tenth of them garbage that differs each time. */
export function measureMemory(
  runtime: Runtime,
  tenant: BenchTenant,
  environment: Environment,
  requests: number,
): Promise<Memory> {
  const users = Array.from({ length: 500 }, (_, user) => tenant.idToken(user));
  return resultOf(
    { runtime, name: "memory", environment, flags: ["--expose-gc"] },
    {
      bundle: bundlePath("authorizer"),
      valid: users.map(eventWith),
      garbage: Object.values(attacks(tenant, 20)).flat(),
      requests,
    },
  );
}
