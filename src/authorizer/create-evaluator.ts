import type { Evaluator } from "./evaluate.ts";
import type { BackgroundEvent } from "../logging/events.ts";
import { createIssuerKeySets, type KeySetDependencies } from "../token/keys/issuer-key-sets.ts";
import { createJwtVerifier } from "../token/verify.ts";
import type { RemoteKeySet } from "../token/keys/remote-key-set.ts";
import type { RevocationLookup } from "../revocation/lookup.ts";
import type { TableLookupDependencies } from "../revocation/table-lookup.ts";
import { AuthorizerError } from "../errors.ts";
import { toCutoff } from "../settings/cutoff.ts";
import type { Settings } from "../settings/settings.ts";

/** What an evaluator takes from outside. Everything but `onError` has the default that the Lambda needs. */
export interface EvaluatorDependencies extends Omit<KeySetDependencies, "onFailure"> {
  /** AWS's variables, for requests to the table of revocations. */
  readonly env?: NodeJS.ProcessEnv | undefined;
  readonly onError: (event: BackgroundEvent) => void;
}

/** An evaluator, and the keys of each issuer that it keeps. */
export interface CachingEvaluator extends Evaluator {
  readonly getKeySet: (issuer: string) => RemoteKeySet;
}

/** Makes what evaluates requests as the settings say, begins to fetch keys, and connects to the table of revocations. */
export function createEvaluator(settings: Settings, dependencies: EvaluatorDependencies): CachingEvaluator {
  const { clock = Date.now, random = Math.random, env = process.env, onError } = dependencies;
  const getKeySet = createIssuerKeySets(settings, {
    ...dependencies,
    onFailure: (failure) => onError({ event: "key_fetch_failed", ...failure }),
  });
  const cutoff = toCutoff(settings.issuedAfter, clock());
  return {
    rules: settings,
    verify: createJwtVerifier({ rules: { ...settings, issuers: settings.domain }, cutoff, getKeySet, clock }),
    getKeySet,
    revocations: createRevocations(settings, { clock, random, env, onEvent: onError }),
  };
}

/** The check of revocations; undefined where there is no table, so that nothing of it is loaded. */
export function createRevocations(
  settings: Settings,
  dependencies: TableLookupDependencies,
): RevocationLookup | undefined {
  const { revocationTable: table } = settings;
  if (table === undefined) return undefined;
  const lookup = import("../revocation/table-lookup.ts").then(({ createTableLookup }) =>
    createTableLookup(table, settings, dependencies),
  );
  return {
    check: async (token, claims) => {
      const refusal = await (await lookup).find(token, claims);
      if (refusal === undefined) return;
      throw new AuthorizerError(refusal.reason, refusal.detail, { cause: refusal.cause });
    },
  };
}
