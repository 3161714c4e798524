import { readEvent, type GatewayRequest } from "./apigateway/event.ts";
import { toAnswer, type Answer } from "./apigateway/response.ts";
import { settingsFrom, type Settings } from "./config.ts";
import { decide, refused, undecided, type Decision, type Undecided } from "./decision.ts";
import { identityFromClaims } from "./identity.ts";
import { createLog, writeToStdout, type Log } from "./log.ts";
import { parseBearer } from "./oauth/bearer.ts";
import { fetchJwks, jwksUriOf } from "./oauth/jwks-fetch.ts";
import { RemoteKeySet, type KeySet, type KeySnapshot } from "./oauth/key-set.ts";
import { createVerifier, type Verify } from "./oauth/verifier.ts";
import { Refusal } from "./refusal.ts";

export type { Answer, KeySnapshot, Settings };

/** What an authorizer takes from the world around it. Everything has the default that the Lambda needs. */
export interface Surroundings {
  /** Milliseconds since the epoch. */
  readonly clock?: () => number;
  /** From 0 to 1, as `Math.random`. */
  readonly random?: () => number;
  /** Takes one line of log, its end included. */
  readonly write?: (line: string) => void;
  /** The name under which metrics are kept. */
  readonly functionName?: string;
  /** Keys to begin with, by issuer. */
  readonly snapshots?: ReadonlyMap<string, KeySnapshot>;
  readonly fetch?: (jwksUri: string, timeoutMs: number) => Promise<string>;
}

/**
 * The handler of a Lambda authorizer.
 *
 * @throws Error `Unauthorized` where a REST or WebSocket API shall answer 401
 * @throws Refusal `keys_unavailable` or `unsupported_event` where nothing can be decided: the gateway answers 500
 */
export type Authorizer = (event: unknown) => Promise<Answer>;

/**
 * Makes the handler and begins to fetch the tenant's keys.
 *
 * @example
 * export const handler = createAuthorizer({ issuers: ["acme.eu.auth0.com"], clientIds: ["WebApp"] });
 *
 * @throws ConfigurationError with every mistake at once
 */
export function createAuthorizer(options: Partial<Settings>, surroundings: Surroundings = {}): Authorizer {
  return authorizerOf(settingsFrom(options), surroundings);
}

/**
 * The same, from settings that were checked already.
 *
 * @internal
 */
export function authorizerOf(settings: Settings, surroundings: Surroundings): Authorizer {
  const parts = assemble(settings, surroundings);
  return async (event) => {
    const startedAt = parts.clock();
    const { request, decision } = await judge(event, settings, parts.verify);
    parts.log.decision({
      decision,
      gateway: request?.kind,
      requestId: request?.requestId,
      durationMs: parts.clock() - startedAt,
      keySetAgeSeconds:
        "identity" in decision ? parts.keySets.get(decision.identity.issuer)?.ageSeconds() : undefined,
    });
    if (request === undefined) throw decision.cause;
    return toAnswer(decision, request, settings);
  };
}

type Judgement =
  | { readonly request: GatewayRequest; readonly decision: Decision }
  | { readonly request: undefined; readonly decision: Undecided };

/** One request from its event to a decision: the whole path, and the only place where a refusal is caught. */
async function judge(event: unknown, settings: Settings, verify: Verify): Promise<Judgement> {
  let request: GatewayRequest | undefined;
  try {
    request = readEvent(event);
    const token = parseBearer(request.credentials);
    const { use, claims } = await verify(token);
    const identity = identityFromClaims(use, claims, settings);
    return { request, decision: decide(identity, settings) };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return request === undefined
      ? { request, decision: undecided(error) }
      : { request, decision: refused(error) };
  }
}

interface Parts {
  readonly clock: () => number;
  readonly log: Log;
  readonly keySets: ReadonlyMap<string, KeySet>;
  readonly verify: Verify;
}

function assemble(settings: Settings, surroundings: Surroundings): Parts {
  const { clock = Date.now, write = writeToStdout, functionName = "authorizer" } = surroundings;
  const log = createLog({ level: settings.logLevel, functionName, clock, write });
  const keySets = new Map(
    settings.issuers.map((issuer) => [issuer, keySetOf(issuer, settings, surroundings, log)]),
  );
  return { clock, log, keySets, verify: createVerifier({ rules: settings, keySets, clock }) };
}

function keySetOf(issuer: string, settings: Settings, surroundings: Surroundings, log: Log): KeySet {
  const { clock = Date.now, random = Math.random, fetch = fetchJwks, snapshots } = surroundings;
  const keySet = new RemoteKeySet({
    jwksUri: jwksUriOf(issuer),
    maxAgeSeconds: settings.jwksMaxAgeSeconds,
    staleIfErrorSeconds: settings.jwksStaleIfErrorSeconds,
    timeoutMs: settings.jwksTimeoutMs,
    snapshot: snapshots?.get(issuer),
    snapshotMaxAgeSeconds: settings.jwksSnapshotMaxAgeSeconds,
    fetch,
    clock,
    random,
    later: setImmediate,
    onFailure: (failure) => log.keyFetchFailed(failure),
  });
  keySet.fetchIfEmpty();
  return keySet;
}
