import { send } from "../remote/fetch.ts";
import { TableReader } from "../revocations/table-reader.ts";
import type { Settings } from "../settings/settings.ts";
import { ok, problem, warning, type Finding } from "./finding.ts";
import { failureText } from "./network-failure.ts";
import { withProgress, type Terminal } from "./terminal.ts";

/** From here on a start reads several pages, and the list is worth a look. */
const MANY_ENTRIES = 10_000;
const TIMEOUT_MS = 10_000;

/** The table of revocations, read as a container reads it that starts, with the credentials of the environment. */
export async function checkTable(settings: Settings, terminal: Terminal): Promise<readonly Finding[]> {
  const { revocationTable: table, revocationRetentionHours: retentionHours, issuers } = settings;
  if (table === undefined) return [];
  const { env, clock } = terminal;
  const losses: Finding[] = [];
  const onLoss = (_count: number, detail: string): void => {
    losses.push(warning("table", `${table}: ${detail}`, "These revocations have no effect."));
  };
  try {
    const reader = new TableReader({ table, issuers, retentionHours, env, clock, send, onLoss });
    const { size } = await withProgress(terminal, `Reading ${table}`, reader.read(TIMEOUT_MS));
    return [
      size < MANY_ENTRIES ? ok("table", `${table} can be read; entries: ${size}`) : tooMany(table, size),
      ...losses,
    ];
  } catch (error) {
    return [problem("table", `${table}: ${failureText(error)}`, adviceWithout(settings))];
  }
}

function tooMany(table: string, size: number): Finding {
  return warning(
    "table",
    `${table} can be read; entries: ${size}`,
    "Every container reads them all when it starts.",
  );
}

function adviceWithout({ revocationUnavailable }: Settings): string {
  return revocationUnavailable === "refuse"
    ? "Nobody gets in where the authorizer cannot read it either (REVOCATION_UNAVAILABLE)."
    : "Whoever is revoked gets in where the authorizer cannot read it either (REVOCATION_UNAVAILABLE).";
}
