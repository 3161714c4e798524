import type { GatewayKind } from "../apigateway/gateways.ts";
import { type Reason, type AuthorizerError, getHint } from "../errors.ts";
import type { Identity } from "../identity/identity.ts";
import {
  toMetric,
  toMetricDirective,
  type Level,
  type LogOptions,
  createLineWriter,
  type Fields,
} from "../logging/emf.ts";
import { type LogEvent, toEventLine } from "../logging/events.ts";
import { mayContainEmail } from "../logging/redact.ts";
import type { Decision } from "./decision.ts";

/** How one request ended, in fields that are safe to keep: no token, no header, no email. */
export interface DecisionRecord {
  readonly decision: Decision;
  readonly gateway: GatewayKind | undefined;
  readonly requestId: string | undefined;
  readonly durationMs: number;
  /** How old the keys were that the token's issuer had at hand. */
  readonly keySetAgeSeconds: number | undefined;
}

export interface Log {
  decision(record: DecisionRecord): void;
  /** What went wrong beside the requests. */
  readonly event: (event: LogEvent) => void;
}

/** Which fields of a line are metrics, as JSON: it never changes, and would take as long to write as all the rest. */
const COUNTED = `${toMetric("Decisions", "Count")},${toMetric("Duration", "Milliseconds")}`;

/** A dimension that the line does not have would cost the whole metric. */
const ALLOW_WITHOUT_CLIENT_METRICS = toMetricDirective(COUNTED, ',["function","decision"]');

/** Only an allowed token may name a dimension: an invented value would create a new metric each time. */
const ALLOW_METRICS = toMetricDirective(
  COUNTED,
  ',["function","decision"],["function","token_use","client_id"]',
);

const OTHER_METRICS = toMetricDirective(COUNTED, ',["function","decision"],["function","reason"]');

const LEVEL_OF: Readonly<Record<Decision["outcome"], Level>> = {
  allow: "info",
  deny: "warn",
  unauthorized: "warn",
  error: "error",
};

/**
 * One JSON line for each event, which CloudWatch reads as a metric at the same time.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function createLog(options: LogOptions): Log {
  const { level } = options;
  const line = createLineWriter(options);
  return {
    decision: (record) =>
      line(LEVEL_OF[record.decision.outcome], () => toFields(record, level === "debug"), getMetrics(record)),
    event: (event) => {
      const { level, fields, metrics } = toEventLine(event);
      line(level, () => fields, metrics);
    },
  };
}

function getMetrics({ decision }: DecisionRecord): string {
  if (decision.outcome !== "allow") return OTHER_METRICS;
  return decision.identity.clientId === undefined ? ALLOW_WITHOUT_CLIENT_METRICS : ALLOW_METRICS;
}

/** What some decisions have, and others lack. */
interface DecisionParts {
  readonly outcome: Decision["outcome"];
  readonly reason?: Reason;
  readonly detail?: string;
  readonly cause?: AuthorizerError;
  readonly identity?: Identity;
}

function toFields(record: DecisionRecord, withSubject: boolean): Fields {
  const { outcome, reason, detail, cause, identity }: DecisionParts = record.decision;
  return {
    event: "decision",
    decision: outcome,
    reason,
    hint: reason && getHint(reason),
    detail: detail ?? cause?.detail,
    token_use: identity?.tokenUse,
    iss: identity?.issuer,
    client_id: identity?.clientId,
    sub: withSubject ? redactSubject(identity) : undefined,
    gateway: record.gateway,
    request_id: record.requestId,
    key_set_age_seconds: record.keySetAgeSeconds,
    Decisions: 1,
    Duration: record.durationMs,
  };
}

/** Enterprise connections make subjects of email addresses, which are in no line at any level. */
function redactSubject({ subject }: Partial<Identity> = {}): string | undefined {
  return subject === undefined || mayContainEmail(subject) ? undefined : subject;
}
