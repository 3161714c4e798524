import {
  lacksUsageKey,
  toResponse,
  type AuthorizerResponse,
  type PolicyResponse,
  type SimpleResponse,
} from "./response.ts";
import { evaluate } from "./evaluate.ts";
import { createEvaluator } from "./create-evaluator.ts";
import { createLog, type Log } from "./decision-log.ts";
import { writeToStdout } from "../logging/stdout.ts";
import type { KeySnapshot } from "../token/keys/remote-key-set.ts";
import { isInFuture } from "../settings/cutoff.ts";
import { runtimeDefaults, settingsFrom, type Settings, type SettingsOptions } from "../settings/settings.ts";

/** What an authorizer takes from outside. Everything has the default that the Lambda needs. */
export interface Dependencies {
  /** Milliseconds since the epoch. */
  readonly clock?: () => number;
  /** From 0 to 1, as `Math.random`. */
  readonly random?: () => number;
  /** Takes one line of log, its end included. */
  readonly write?: (line: string) => void;
  /** The name under which metrics are kept: the Lambda function's own, unless another is given. */
  readonly functionName?: string;
  /** Keys to begin with, by issuer. */
  readonly snapshots?: ReadonlyMap<string, KeySnapshot>;
  /**
   * Fetches the text of the JWK Set at an address.
   *
   * @throws Error whose message may be logged
   */
  readonly fetch?: (jwksUri: string, timeoutMs: number) => Promise<string>;
  /** AWS's variables, for requests to the table of revocations: `process.env`, unless others are given. */
  readonly env?: NodeJS.ProcessEnv;
}

/**
 * The handler of a Lambda authorizer.
 *
 * @throws Error `Unauthorized` where the gateway is to answer 401
 * @throws AuthorizerError where nothing can be decided, such as `keys_unavailable`: the gateway answers 500
 */
export interface Authorizer {
  (event: unknown): Promise<AuthorizerResponse>;
  /**
   * The gateway that calls, and the setting `httpApiResponse`, decide which of the two it is. Saying so for each makes
   * this fit the handlers of `@types/aws-lambda`, which name one.
   */
  (event: unknown): Promise<PolicyResponse>;
  (event: unknown): Promise<SimpleResponse>;
}

/**
 * Makes the handler and begins to fetch the tenant's keys.
 *
 * @example
 * export const handler = createAuthorizer({ domain: ["acme.eu.auth0.com"], clientIds: ["WebApp"] });
 *
 * @throws ConfigurationError with every issue at once
 */
export function createAuthorizer(options: SettingsOptions, dependencies: Dependencies = {}): Authorizer {
  const settings = settingsFrom(options, runtimeDefaults(process.env));
  const {
    clock = Date.now,
    write = writeToStdout,
    functionName = getFunctionName(process.env),
  } = dependencies;
  const log = createLog(settings, { functionName, clock, write });
  return createHandler(settings, log, dependencies);
}

/** The name of the Lambda function that this runs in. */
export function getFunctionName(env: NodeJS.ProcessEnv): string {
  return env["AWS_LAMBDA_FUNCTION_NAME"] ?? "authorizer";
}

/** From here on the age of the snapshot is a warning, and the alarm of `infra/alarms.yml` is raised. */
const OLD_SNAPSHOT_PERCENT = 70;

/** Makes the handler from settings that have been checked. */
export function createHandler(
  settings: Settings,
  log: Log,
  { clock = Date.now, ...dependencies }: Omit<Dependencies, "write" | "functionName">,
): Authorizer {
  const { jwksSnapshotMaxAgeSeconds: maxAge, domain } = settings;
  // Once for all issuers: a snapshot is taken of all of them at the same time.
  const snapshot = dependencies.snapshots?.get(domain[0] ?? "");
  if (snapshot !== undefined && maxAge > 0) logSnapshotAge((clock() - snapshot.takenAt) / maxAge / 10, log);
  const { issuedAfter } = settings;
  if (issuedAfter !== undefined && isInFuture(issuedAfter, clock()))
    log.event({ event: "issued_after_in_future", issuedAfter });
  const evaluator = createEvaluator(settings, { ...dependencies, clock, onError: log.event });
  const { getKeySet } = evaluator;
  const authorize = async (event: unknown): Promise<AuthorizerResponse> => {
    const startedAt = clock();
    const evaluation = await evaluate(event, evaluator);
    const { request, decision } = evaluation;
    log.decision({
      ...evaluation,
      durationMs: clock() - startedAt,
      keySetAgeSeconds: "identity" in decision ? getKeySet(decision.identity.issuer).ageSeconds() : undefined,
    });
    if (request === undefined) throw decision.cause;
    const response = toResponse(decision, request, settings);
    if (decision.outcome === "allow" && lacksUsageKey(response, request.kind, settings))
      log.event({ event: "usage_key_unusable" });
    return response;
  };
  return authorize as Authorizer;
}

/** No log line while the snapshot is fresh: one costs about 3 % of a cold start. */
function logSnapshotAge(percent: number, log: Log): void {
  if (percent >= OLD_SNAPSHOT_PERCENT) log.event({ event: "snapshot_old", percent: Math.round(percent) });
}
