import type { GatewayKind } from "../apigateway/gateways.ts";
import { type Reason, type Refusal, hintOf } from "../errors.ts";
import type { Identity } from "../identity/identity.ts";
import {
  metric,
  metricDirective,
  type Level,
  type LogOptions,
  lineWriter,
  type Fields,
} from "../logging/emf.ts";
import { type Fault, faultLine } from "../logging/events.ts";
import { mayHoldEmail } from "../logging/redact.ts";
import type { Decision } from "./decision.ts";

/** How one request ended, in words that are safe to keep: no token, no header, no e-mail. */
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
  readonly fault: (fault: Fault) => void;
}

/** Which fields of a line are metrics, as JSON: it never changes, and would take as long to write as all the rest. */
const COUNTED = `${metric("Decisions", "Count")},${metric("Duration", "Milliseconds")}`;

/** A dimension that the line does not have would cost the whole metric. */
const ACCEPTED_WITHOUT_CLIENT_METRICS = metricDirective(COUNTED, ',["function","decision"]');

/** Only an accepted token may name a dimension: whoever could invent one could create metrics without end. */
const ACCEPTED_METRICS = metricDirective(
  COUNTED,
  ',["function","decision"],["function","token_use","client_id"]',
);

const REFUSED_METRICS = metricDirective(COUNTED, ',["function","decision"],["function","reason"]');

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
  const { level } = options;
  const line = lineWriter(options);
  return {
    decision: (record) =>
      line(
        LEVEL_OF[record.decision.outcome],
        () => decisionFields(record, level === "debug"),
        metricsOf(record),
      ),
    fault: (fault) => {
      const { at, fields, metrics } = faultLine(fault);
      line(at, () => fields, metrics);
    },
  };
}

function metricsOf({ decision }: DecisionRecord): string {
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
    Decisions: 1,
    Duration: record.durationMs,
  };
}

/** Enterprise connections make subjects of e-mail addresses, which are in no line at any level. */
function impersonalSubject({ subject }: Partial<Identity> = {}): string | undefined {
  return subject === undefined || mayHoldEmail(subject) ? undefined : subject;
}
