import type { RevocationFault } from "./fault.ts";
import { send } from "./remote/fetch.ts";
import type { AwsEnvironment } from "./revocations/dynamodb.ts";
import { RevocationList, type RevocationListOptions } from "./revocations/list.ts";
import type { RevokedTokens } from "./revocations/revoked-tokens.ts";
import type { TableReader } from "./revocations/table-reader.ts";
import type { Settings } from "./settings/settings.ts";

/** What the list of revocations takes from the world around it. */
export interface RevocationListDependencies extends Pick<RevocationListOptions, "clock" | "random"> {
  /** What requests to the table are signed with. */
  readonly env: AwsEnvironment;
  readonly onFault: (fault: RevocationFault) => void;
}

/** The list of revocations of a table, kept as the settings say, its first reading begun. */
export function revocationListFor(
  table: string,
  settings: Settings,
  dependencies: RevocationListDependencies,
): RevocationList {
  const { revocationRetentionHours: retentionHours } = settings;
  const { onFault } = dependencies;
  return new RevocationList({
    ...dependencies,
    table,
    read: tableReader(table, settings, dependencies),
    sessionClaim: settings.sessionClaim,
    retentionHours,
    syncSeconds: settings.revocationSyncSeconds,
    maxAgeSeconds: settings.revocationMaxAgeSeconds,
    staleIfErrorSeconds: settings.revocationStaleIfErrorSeconds,
    unavailable: settings.revocationUnavailable,
    defer: setImmediate,
    onFailure: (detail) => onFault({ event: "revocation_sync_failed", count: 1, detail }),
    onMissing: (detail) => onFault({ event: "revocations_not_checked", count: 1, detail }),
  });
}

/** Loads what reads a table, once, when it is first to be read. */
function tableReader(
  table: string,
  { revocationRetentionHours: retentionHours, issuers }: Settings,
  { env, clock, onFault }: RevocationListDependencies,
): (timeoutMs: number) => Promise<RevokedTokens> {
  const load = async (): Promise<TableReader> => {
    const { TableReader } = await import("./revocations/table-reader.ts");
    return new TableReader({
      ...{ table, retentionHours, issuers, env, clock, send },
      onLoss: (count, detail) => onFault({ event: "revocations_lost", count, detail }),
    });
  };
  let reader: Promise<TableReader> | undefined;
  return async (timeoutMs) => (await (reader ??= load())).read(timeoutMs);
}
