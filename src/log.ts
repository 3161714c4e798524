import { writeSync } from "node:fs";
import type { Decision } from "./decision.ts";
import type { GatewayKind } from "./apigateway/gateways.ts";
import { rfc3339 } from "./date-time.ts";
import { mayHoldEmail } from "./email-address.ts";
import type { Identity } from "./identity.ts";
import { hintOf, type Reason } from "./reasons.ts";
import type { Refusal } from "./refusal.ts";

/** How one request ended, in words that are safe to keep: no token, no header, no e-mail. */
export interface DecisionRecord {
  readonly decision: Decision;
  readonly gateway: GatewayKind | undefined;
  readonly requestId: string | undefined;
  readonly durationMs: number;
  /** How old the keys were that the token's issuer had at hand. */
  readonly keySetAgeSeconds: number | undefined;
  /** How old the list of revocations was; undefined where there is none. */
  readonly revocationListAgeSeconds?: number | undefined;
}

/** A fetch of a tenant's keys that failed. */
interface KeyFetchFailure {
  readonly jwksUri: string;
  readonly detail: string;
}

/** What goes wrong with the list of revocations, and how often: each has a metric. */
interface RevocationFault {
  readonly event: "revocation_sync_failed" | "revocations_lost" | "revocations_not_checked";
  readonly metric: "RevocationSyncFailures" | "RevocationsLost" | "RevocationsNotChecked";
  readonly count: number;
  readonly detail: string;
}

export interface Log {
  decision(record: DecisionRecord): void;
  keyFetchFailed(failure: KeyFetchFailure): void;
  snapshotIgnored(detail: string): void;
  /**
   * The function starts with packaged keys: says so where they should be renewed. About young ones nothing is said,
   * because a line takes a thirtieth of a cold start.
   *
   * @param takenAt in milliseconds since the epoch
   */
  snapshotFound(takenAt: number, maxAgeSeconds: number): void;
  misspelledVariable(found: string, meant: string): void;
  revocationFault(fault: RevocationFault): void;
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

/** Which fields of a line are metrics, as JSON: it never changes, and would take as long to write as all the rest. */
const NAMESPACE = '"Namespace":"Auth0Authorizer"';
const COUNTED = '"Metrics":[{"Name":"Decisions","Unit":"Count"},{"Name":"Duration","Unit":"Milliseconds"}]';
/** Only an accepted token may name a dimension: whoever could invent one could create metrics without end. */
const ACCEPTED_METRICS = `{${NAMESPACE},"Dimensions":[["function"],["function","decision"],["function","token_use","client_id"]],${COUNTED}}`;
/** A dimension that the line does not have would cost the whole metric. */
const ACCEPTED_WITHOUT_CLIENT_METRICS = `{${NAMESPACE},"Dimensions":[["function"],["function","decision"]],${COUNTED}}`;
const REFUSED_METRICS = `{${NAMESPACE},"Dimensions":[["function"],["function","decision"],["function","reason"]],${COUNTED}}`;
const KEY_FETCH_METRICS = metricOfFunction("KeyFetchFailures", "Count");
const SNAPSHOT_METRICS = metricOfFunction("SnapshotAgePercent", "Percent");
const LIST_AGE_METRICS = metricOfFunction("RevocationListAge", "Seconds");

/** A metric with the function for its only dimension, as JSON. */
export function metricOfFunction(name: string, unit: string): string {
  return `{${NAMESPACE},"Dimensions":[["function"]],"Metrics":[{"Name":"${name}","Unit":"${unit}"}]}`;
}

/** From here on a snapshot's age is a warning, and the alarm of `infra/alarms.yml` is raised. */
const OLD_SNAPSHOT_PERCENT = 70;

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
export function createLog(options: LogOptions): Log {
  const { level, clock } = options;
  const line = lineWriter(options);
  return {
    decision: (record) =>
      line(
        LEVEL_OF[record.decision.outcome],
        () => decisionFields(record, level === "debug"),
        metricsOf(record),
      ),
    keyFetchFailed: ({ jwksUri, detail }) =>
      line(
        "warn",
        () => ({ event: "key_fetch_failed", jwks_uri: jwksUri, detail, KeyFetchFailures: 1 }),
        KEY_FETCH_METRICS,
      ),
    snapshotIgnored: (detail) => line("warn", () => ({ event: "snapshot_ignored", detail })),
    snapshotFound: (takenAt, maxAgeSeconds) => {
      const percent = Math.round((clock() - takenAt) / maxAgeSeconds / 10);
      if (percent < OLD_SNAPSHOT_PERCENT) return;
      line("warn", () => ({ event: "snapshot_old", SnapshotAgePercent: percent }), SNAPSHOT_METRICS);
    },
    misspelledVariable: (found, meant) =>
      line("warn", () => ({ event: "misspelled_variable", found, meant })),
    revocationFault: ({ event, metric, count, detail }) =>
      line("error", () => ({ event, detail, [metric]: count }), metricOfFunction(metric, "Count")),
  };
}

/** Writes one line, and its metrics with it. */
export type WriteLine = (at: Level, fields: () => Fields, metrics?: string) => void;

/** What is below the level is not even put together. */
export function lineWriter({ level, functionName, clock, write }: LogOptions): WriteLine {
  const threshold = LEVELS.indexOf(level);
  return (at, fields, metrics) => {
    if (LEVELS.indexOf(at) < threshold) return;
    const time = clock();
    const all = { level: at, time: rfc3339(time / 1000), function: functionName, ...fields() };
    const embedded = metrics && `,"_aws":{"Timestamp":${time},"CloudWatchMetrics":[${metrics}]}`;
    write(`${JSON.stringify(all).slice(0, -1)}${embedded ?? ""}}\n`);
  };
}

function metricsOf({ decision, revocationListAgeSeconds }: DecisionRecord): string {
  const metrics = decisionMetrics(decision);
  return revocationListAgeSeconds === undefined ? metrics : `${metrics},${LIST_AGE_METRICS}`;
}

function decisionMetrics(decision: Decision): string {
  if (decision.outcome !== "accepted") return REFUSED_METRICS;
  return decision.identity.clientId === undefined ? ACCEPTED_WITHOUT_CLIENT_METRICS : ACCEPTED_METRICS;
}

/** What some decisions have, and others lack. */
interface DecisionParts {
  readonly outcome: Decision["outcome"];
  readonly reason?: Reason;
  readonly detail?: string;
  readonly cause?: Refusal;
  readonly identity?: Identity;
}

function decisionFields(record: DecisionRecord, withSubject: boolean): Fields {
  const { outcome, reason, detail, cause, identity }: DecisionParts = record.decision;
  return {
    event: "decision",
    decision: outcome,
    reason,
    hint: reason && hintOf(reason),
    detail: detail ?? cause?.detail,
    token_use: identity?.tokenUse,
    iss: identity?.issuer,
    client_id: identity?.clientId,
    sub: withSubject ? impersonalSubject(identity) : undefined,
    gateway: record.gateway,
    request_id: record.requestId,
    key_set_age_seconds: record.keySetAgeSeconds,
    revocation_list_age_seconds: record.revocationListAgeSeconds,
    RevocationListAge: record.revocationListAgeSeconds,
    Decisions: 1,
    Duration: record.durationMs,
  };
}

/** Enterprise connections make subjects of e-mail addresses, which are in no line at any level. */
function impersonalSubject({ subject }: Partial<Identity> = {}): string | undefined {
  return subject === undefined || mayHoldEmail(subject) ? undefined : subject;
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
