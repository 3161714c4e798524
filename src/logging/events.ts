import { type Level, type Fields, toMetricDirective, toMetric } from "./emf.ts";

/** What goes wrong beside the requests, in fields that are safe to keep. */
export type LogEvent =
  | { readonly event: "key_fetch_failed"; readonly jwksUri: string; readonly detail: string }
  | { readonly event: "snapshot_ignored"; readonly detail: string }
  /** The function starts with packaged keys that should be renewed: so much of their life is over. */
  | { readonly event: "snapshot_old"; readonly percent: number }
  /** The function starts without having been through a request: its first caller waits longer. */
  | { readonly event: "priming_failed"; readonly detail: string }
  | { readonly event: "misspelled_variable"; readonly found: string; readonly meant: string }
  /** A caller of a REST API has no usage plan: the claim of AUTHORIZER_USAGE_KEY_CLAIM cannot be an API key. */
  | { readonly event: "usage_key_unusable" }
  /** AUTHORIZER_ISSUED_AFTER lies ahead: it counts as the time of the start. */
  | { readonly event: "issued_after_in_future"; readonly issuedAfter: string }
  | RevocationEvent;

/** What goes wrong with other services: the tenant's keys, and the table of revocations. */
export type BackgroundEvent = Extract<LogEvent, { readonly event: "key_fetch_failed" }> | RevocationEvent;

/** The line of an event. */
export interface EventLine {
  readonly level: Level;
  readonly fields: Fields;
  readonly metrics?: string;
}

/** The metric of each event of a lookup: it counts one. */
const REVOCATION_METRICS: Readonly<Record<RevocationEvent["event"], string>> = {
  revocation_lookup_failed: "RevocationLookupFailures",
  revocations_not_checked: "RevocationsNotChecked",
};

/** The line of an event, with its metric where an alarm uses it. */
export function toEventLine(logged: LogEvent): EventLine {
  const { event } = logged;
  switch (event) {
    case "key_fetch_failed": {
      const { jwksUri, detail } = logged;
      return withMetric("warn", { event, jwks_uri: jwksUri, detail }, "KeyFetchFailures", 1);
    }
    case "snapshot_ignored":
    case "misspelled_variable":
    case "priming_failed":
      return { level: "warn", fields: { ...logged } };
    case "usage_key_unusable":
      return withMetric("warn", { event }, "UsageKeysUnusable", 1);
    case "snapshot_old":
      return withMetric("warn", { event }, "SnapshotAgePercent", logged.percent, "Percent");
    case "issued_after_in_future":
      return { level: "warn", fields: { event, issued_after: logged.issuedAfter } };
    case "revocation_lookup_failed":
    case "revocations_not_checked":
      return withMetric("error", { event, detail: logged.detail }, REVOCATION_METRICS[event], 1);
  }
}

function withMetric(level: Level, fields: Fields, name: string, value: number, unit = "Count"): EventLine {
  return { level, fields: { ...fields, [name]: value }, metrics: toMetricDirective(toMetric(name, unit)) };
}

/** What goes wrong with lookups. */
export interface RevocationEvent {
  /** `revocation_lookup_failed`: the table did not answer as it should. `revocations_not_checked`: a token was accepted without. */
  readonly event: "revocation_lookup_failed" | "revocations_not_checked";
  /** Why; safe to log. */
  readonly detail: string;
}
