import type { Evaluator } from "./evaluation.ts";
import type { RemoteFault } from "./fault.ts";
import { fetchedKeySets, type KeySetDependencies } from "./key-sets.ts";
import { createJwtVerifier } from "./oauth/jwt-verifier.ts";
import type { RemoteKeySet } from "./oauth/key-set.ts";
import { revocationListFor, type RevocationListDependencies } from "./revocation-lists.ts";
import type { RevocationList } from "./revocations/list.ts";
import type { Settings } from "./settings/settings.ts";

/** What an evaluator takes from the world around it. Everything but `onFault` has the default that the Lambda needs. */
export interface EvaluatorDependencies extends Omit<KeySetDependencies, "onFailure"> {
  /** AWS's variables, for requests to the table of revocations. */
  readonly env?: NodeJS.ProcessEnv | undefined;
  readonly onFault: (fault: RemoteFault) => void;
}

/** An evaluator, and what it keeps: keys of each issuer and, where there is a table, the list of revocations. */
export interface KeepingEvaluator extends Evaluator {
  readonly keySetOf: (issuer: string) => RemoteKeySet;
  readonly revocations: RevocationList | undefined;
}

/** Makes what evaluates requests as the settings say, and begins to fetch keys and revocations. */
export function evaluatorFor(settings: Settings, dependencies: EvaluatorDependencies): KeepingEvaluator {
  const { clock = Date.now, random = Math.random, env = process.env, onFault } = dependencies;
  const keySetOf = fetchedKeySets(settings, {
    ...dependencies,
    onFailure: (failure) => onFault({ event: "key_fetch_failed", ...failure }),
  });
  return {
    rules: settings,
    verify: createJwtVerifier({ rules: settings, keySetOf, clock }),
    keySetOf,
    revocations: revocationsFor(settings, { clock, random, env, onFault }),
  };
}

/** The list of revocations, its first reading begun; undefined where there is no table. */
export function revocationsFor(
  settings: Settings,
  dependencies: RevocationListDependencies,
): RevocationList | undefined {
  const { revocationTable: table } = settings;
  return table === undefined ? undefined : revocationListFor(table, settings, dependencies);
}
