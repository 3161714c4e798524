import { metric, metricDirective, type Fields, type Level } from "./log-line.ts";

/** What goes wrong beside the requests, in words that are safe to keep. */
export type Fault =
  | { readonly event: "key_fetch_failed"; readonly jwksUri: string; readonly detail: string }
  | { readonly event: "snapshot_ignored"; readonly detail: string }
  /** The function starts with packaged keys that should be renewed: so much of their life is over. */
  | { readonly event: "snapshot_old"; readonly percent: number }
  /** The function starts without having been through a request: its first caller waits longer. */
  | { readonly event: "priming_failed"; readonly detail: string }
  | { readonly event: "misspelled_variable"; readonly found: string; readonly meant: string }
  | RevocationFault;

/** What goes wrong with what is fetched and kept: keys, and the list of revocations. */
export type RemoteFault = Extract<Fault, { readonly event: "key_fetch_failed" }> | RevocationFault;

/** What goes wrong with the list of revocations, and how often: each has a metric. */
export interface RevocationFault {
  readonly event: "revocation_sync_failed" | "revocations_lost" | "revocations_not_checked";
  readonly count: number;
  readonly detail: string;
}

/** What is written of a fault. */
export interface FaultLine {
  readonly at: Level;
  readonly fields: Fields;
  readonly metrics?: string;
}

const REVOCATION_METRICS: Readonly<Record<RevocationFault["event"], string>> = {
  revocation_sync_failed: "RevocationSyncFailures",
  revocations_lost: "RevocationsLost",
  revocations_not_checked: "RevocationsNotChecked",
};

/** The line of a fault, with its metric where an alarm goes by it. */
export function faultLine(fault: Fault): FaultLine {
  const { event } = fault;
  switch (event) {
    case "key_fetch_failed": {
      const { jwksUri, detail } = fault;
      return counted("warn", { event, jwks_uri: jwksUri, detail }, "KeyFetchFailures", 1);
    }
    case "snapshot_ignored":
    case "misspelled_variable":
    case "priming_failed":
      return { at: "warn", fields: { ...fault } };
    case "snapshot_old":
      return counted("warn", { event }, "SnapshotAgePercent", fault.percent, "Percent");
    case "revocation_sync_failed":
    case "revocations_lost":
    case "revocations_not_checked":
      return counted("error", { event, detail: fault.detail }, REVOCATION_METRICS[event], fault.count);
  }
}

function counted(at: Level, fields: Fields, name: string, value: number, unit = "Count"): FaultLine {
  return { at, fields: { ...fields, [name]: value }, metrics: metricDirective(metric(name, unit)) };
}
