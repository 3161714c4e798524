import { mkdirSync, writeFileSync } from "node:fs";
import { copyAuthorizer, PEERS, type Builds, type Peer } from "./builds.ts";
import { measureCold, type ColdStart, type Starter } from "./cold.ts";
import { live } from "./lambda.ts";
import { measureMemory, type Memory } from "./memory.ts";
import type { Environment, Runtime } from "./probe.ts";
import { measureRefusals } from "./refusals.ts";
import { loopbackCertificate, startSlowEndpoint } from "./slow-network.ts";
import { BenchTenant, eventWith } from "./tenant.ts";
import { measureWarm, type Times, type WarmTimes } from "./warm.ts";

/** How often everything is repeated. */
export interface Effort {
  readonly warmRounds: number;
  readonly coldRounds: number;
  readonly networkRounds: number;
  readonly lives: number;
  readonly invocations: number;
  readonly requests: number;
}

export const FULL: Effort = {
  warmRounds: 30,
  coldRounds: 25,
  networkRounds: 9,
  lives: 10,
  invocations: 900,
  requests: 40_000,
};

export const QUICK: Effort = {
  warmRounds: 15,
  coldRounds: 8,
  networkRounds: 2,
  lives: 2,
  invocations: 300,
  requests: 10_000,
};

/** Old enough that its keys are to be fetched anew, which happens beside the first request. */
const AN_HOUR_AGO = Date.now() - 3_600_000;
export const DELAYS_MS = [0, 30, 100] as const;
const PEER_NAMES = Object.keys(PEERS) as Peer[];

/** Everything that was measured on one version of Node.js. */
export interface Results {
  readonly runtime: Runtime;
  readonly warm: WarmTimes;
  readonly refusals: Times;
  readonly cold: ReadonlyMap<string, ColdStart>;
  /** By the delay in milliseconds. */
  readonly network: ReadonlyMap<number, ReadonlyMap<string, ColdStart>>;
  readonly lambda: { readonly initMs: Times; readonly firstAnswerMs: Times; readonly invocation: Times };
  readonly memory: Memory;
}

export async function measure(runtime: Runtime, builds: Builds, effort: Effort): Promise<Results> {
  const tenant = new BenchTenant("acme.eu.auth0.com");
  const environment = tenant.environment({ BENCH_KEYS: tenant.writeSnapshot(builds.folder) });
  const warmEffort = { tokens: 100, rounds: effort.warmRounds };
  return {
    runtime,
    warm: await measureWarm(runtime, tenant, environment, warmEffort),
    refusals: await measureRefusals(runtime, tenant, environment, warmEffort),
    cold: await measureCold(runtime, tenant, starters(environment, tenant), effort.coldRounds),
    lambda: await measureLambda(runtime, tenant, environment, effort),
    network: await measureNetwork(runtime, builds, effort),
    memory: await measureMemory(runtime, tenant, environment, effort.requests),
  };
}

/** All log the same line. The peers as they are, and once more primed as this authorizer is; this one also without. */
function starters(environment: Environment, tenant: BenchTenant): Starter[] {
  const primed = { ...environment, BENCH_PRIMING_TOKEN: tenant.idToken(2) };
  const all = ["bare-verify", "authorizer", ...PEER_NAMES];
  return [
    { name: "nothing", bundle: "nothing", environment },
    ...all.map((name) => ({ name, bundle: name, environment })),
    ...PEER_NAMES.map((name) => ({ name: `${name}, primed`, bundle: name, environment: primed })),
    { name: "authorizer, not primed", bundle: "authorizer", environment: outsideLambda(environment) },
  ];
}

/** There, this authorizer is not primed. */
function outsideLambda(environment: Environment): Environment {
  return Object.fromEntries(
    Object.entries(environment).filter(([name]) => name !== "AWS_LAMBDA_FUNCTION_NAME"),
  );
}

/** Everybody logs the same line. */
async function measureLambda(
  runtime: Runtime,
  tenant: BenchTenant,
  environment: Environment,
  { lives, invocations }: Effort,
): Promise<Results["lambda"]> {
  const names = ["nothing", "bare-verify", "authorizer", ...PEER_NAMES];
  const tokens = Array.from({ length: 100 }, (_, user) => JSON.stringify(eventWith(tenant.idToken(user))));
  const events = Array.from({ length: invocations }, (_, index) => tokens[index % tokens.length] ?? "");
  const noTimes = (): Record<string, number[]> => Object.fromEntries(names.map((name) => [name, []]));
  const [initMs, firstAnswerMs, invocation] = [noTimes(), noTimes(), noTimes()];
  for (let round = 0; round < lives; round += 1) {
    for (const place of names.keys()) {
      const name = names[(place + round) % names.length] ?? "";
      const life = await live(runtime, { name, bundle: name, environment }, events);
      initMs[name]?.push(life.initMs);
      firstAnswerMs[name]?.push(life.firstAnswerMs);
      invocation[name]?.push(life.invocationMicroseconds);
    }
  }
  return { initMs, firstAnswerMs, invocation };
}

/** No keys at hand: everybody fetches them over TLS, from an endpoint that is near or far, and logs the same line. */
async function measureNetwork(runtime: Runtime, builds: Builds, effort: Effort): Promise<Results["network"]> {
  const certificate = await loopbackCertificate();
  const authority = `${builds.folder}/loopback.pem`;
  writeFileSync(authority, certificate.cert);
  const results = new Map<number, ReadonlyMap<string, ColdStart>>();
  for (const delay of DELAYS_MS) {
    const keys = new BenchTenant("localhost");
    const endpoint = await startSlowEndpoint(certificate, JSON.stringify(keys.jwks), delay);
    const tenant = new BenchTenant(`localhost:${endpoint.port}`, keys.keys);
    const environment = tenant.environment({ NODE_EXTRA_CA_CERTS: authority });
    const own = ["no-snapshot", "old-snapshot"].map((folder) => bundleIn(folder, builds));
    tenant.writeSnapshot(`${builds.folder}/old-snapshot`, AN_HOUR_AGO);
    const all = ["nothing", ...own, ...PEER_NAMES].map((bundle) => ({ name: bundle, bundle, environment }));
    results.set(delay, await measureCold(runtime, tenant, all, effort.networkRounds));
    endpoint.close();
  }
  return results;
}

/** The product with another snapshot beside it, or none. */
function bundleIn(folder: string, builds: Builds): string {
  mkdirSync(`${builds.folder}/${folder}`, { recursive: true });
  copyAuthorizer(`${builds.folder}/${folder}`);
  return `${folder}/authorizer`;
}
