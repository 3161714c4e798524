import type { Decision } from "./decision.ts";
import type { GatewayKind } from "./apigateway/event.ts";
import { HINTS } from "./refusal.ts";

/** How one request ended, in words that are safe to keep: no token, no header, no e-mail. */
export interface DecisionRecord {
  readonly decision: Decision;
  readonly gateway: GatewayKind | undefined;
  readonly requestId: string | undefined;
  readonly durationMs: number;
  /** How old the keys were that the token's issuer had at hand. */
  readonly keySetAgeSeconds: number | undefined;
}

/** A fetch of a tenant's keys that failed. */
export interface KeyFetchFailure {
  readonly jwksUri: string;
  readonly detail: string;
}

export interface Log {
  decision(record: DecisionRecord): void;
  keyFetchFailed(failure: KeyFetchFailure): void;
  snapshotIgnored(detail: string): void;
  misspelledVariable(found: string, meant: string): void;
}

export interface LogOptions {
  readonly level: "debug" | "info" | "warn" | "error" | "silent";
  /** The name under which metrics are kept: the function's. */
  readonly functionName: string;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  /** Takes one line, its end included. */
  readonly write: (line: string) => void;
}

type Fields = Readonly<Record<string, string | number | undefined>>;
type Level = "info" | "warn" | "error";

const LEVELS = ["debug", "info", "warn", "error", "silent"] as const;
const NAMESPACE = "Auth0Authorizer";
const LEVEL_OF: Readonly<Record<Decision["outcome"], Level>> = {
  accepted: "info",
  "caller-refused": "warn",
  "no-valid-token": "warn",
  undecided: "error",
};

/**
 * One JSON line for each event, which CloudWatch reads as a metric at the same time.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function createLog({ level, functionName, clock, write }: LogOptions): Log {
  const threshold = LEVELS.indexOf(level);
  const line = (at: Level, fields: Fields, metrics?: Metrics): void => {
    if (LEVELS.indexOf(at) < threshold) return;
    const time = clock();
    const head = { level: at, time: new Date(time).toISOString(), function: functionName };
    write(`${JSON.stringify({ ...head, ...fields, ...(metrics && embedded(metrics, time)) })}\n`);
  };
  return {
    decision: (record) =>
      line(
        LEVEL_OF[record.decision.outcome],
        decisionFields(record, level === "debug"),
        decisionMetrics(record),
      ),
    keyFetchFailed: ({ jwksUri, detail }) =>
      line(
        "warn",
        { event: "key_fetch_failed", jwks_uri: jwksUri, detail, KeyFetchFailures: 1 },
        KEY_FETCH_METRICS,
      ),
    snapshotIgnored: (detail) => line("warn", { event: "snapshot_ignored", detail }),
    misspelledVariable: (found, meant) => line("warn", { event: "misspelled_variable", found, meant }),
  };
}

interface Metrics {
  readonly names: readonly { readonly Name: string; readonly Unit: "Count" | "Milliseconds" }[];
  readonly dimensions: readonly (readonly string[])[];
}

const KEY_FETCH_METRICS: Metrics = {
  names: [{ Name: "KeyFetchFailures", Unit: "Count" }],
  dimensions: [["function"]],
};

function embedded({ names, dimensions }: Metrics, time: number): object {
  return {
    _aws: {
      Timestamp: time,
      CloudWatchMetrics: [{ Namespace: NAMESPACE, Dimensions: dimensions, Metrics: names }],
    },
  };
}

/** Only an accepted token may name a dimension: whoever could invent one could create metrics without end. */
function decisionMetrics({ decision }: DecisionRecord): Metrics {
  const detail =
    decision.outcome === "accepted" ? ["function", "token_use", "client_id"] : ["function", "reason"];
  return {
    names: [
      { Name: "Decisions", Unit: "Count" },
      { Name: "Duration", Unit: "Milliseconds" },
    ],
    dimensions: [["function"], ["function", "decision"], detail],
  };
}

function decisionFields(record: DecisionRecord, withSubject: boolean): Fields {
  return {
    event: "decision",
    decision: record.decision.outcome,
    ...refusalFields(record.decision),
    ...identityFields(record.decision, withSubject),
    gateway: record.gateway,
    request_id: record.requestId,
    key_set_age_seconds: record.keySetAgeSeconds,
    Decisions: 1,
    Duration: record.durationMs,
  };
}

function refusalFields(decision: Decision): Fields {
  if (decision.outcome === "accepted") return {};
  const detail = "cause" in decision ? decision.cause.detail : undefined;
  return { reason: decision.reason, hint: HINTS[decision.reason], detail };
}

function identityFields(decision: Decision, withSubject: boolean): Fields {
  if (!("identity" in decision)) return {};
  const { tokenUse, issuer, clientId, subject } = decision.identity;
  return { token_use: tokenUse, iss: issuer, client_id: clientId, ...(withSubject && { sub: subject }) };
}
