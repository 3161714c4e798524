import { writeSync } from "node:fs";
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
interface KeyFetchFailure {
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

const STDOUT = 1;
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
  const line = (at: Level, fields: Fields, metrics?: string): void => {
    if (LEVELS.indexOf(at) < threshold) return;
    const time = clock();
    const head = { level: at, time: new Date(time).toISOString(), function: functionName };
    const members = JSON.stringify({ ...head, ...fields }).slice(1, -1);
    const embedded = metrics && `,"_aws":{"Timestamp":${time},"CloudWatchMetrics":${metrics}}`;
    write(`{${members}${embedded ?? ""}}\n`);
  };
  return {
    decision: (record) =>
      line(
        LEVEL_OF[record.decision.outcome],
        decisionFields(record, level === "debug"),
        record.decision.outcome === "accepted" ? ACCEPTED_METRICS : REFUSED_METRICS,
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

/** Which fields of a line are metrics, as text: it never changes, and would take as long to write as all the rest. */
function asText(
  units: Readonly<Record<string, "Count" | "Milliseconds">>,
  ...dimensions: string[][]
): string {
  const Metrics = Object.entries(units).map(([Name, Unit]) => ({ Name, Unit }));
  return JSON.stringify([{ Namespace: NAMESPACE, Dimensions: [["function"], ...dimensions], Metrics }]);
}

const KEY_FETCH_METRICS = asText({ KeyFetchFailures: "Count" });
const DECISION_UNITS = { Decisions: "Count", Duration: "Milliseconds" } as const;
/** Only an accepted token may name a dimension: whoever could invent one could create metrics without end. */
const ACCEPTED_METRICS = asText(
  DECISION_UNITS,
  ["function", "decision"],
  ["function", "token_use", "client_id"],
);
const REFUSED_METRICS = asText(DECISION_UNITS, ["function", "decision"], ["function", "reason"]);

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

/**
 * With JSON logging, Lambda nests what goes through the console, and CloudWatch finds no metric in it. The first
 * use of `process.stdout` loads what a socket needs, a tenth of a cold start; it is left for a pipe that is full.
 */
export function writeToStdout(line: string): void {
  try {
    writeSync(STDOUT, line);
  } catch {
    process.stdout.write(line);
  }
}
