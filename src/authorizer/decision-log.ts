import { parseStageArn } from "../apigateway/stage-arn.ts";
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
import { describeClaims, type KnownAudiences } from "./describe-claims.ts";
import { mayContainEmail } from "../logging/redact.ts";
import type { Settings } from "../settings/settings.ts";
import { isVerified, type Decision } from "./decision.ts";
import type { Evaluation } from "./evaluate.ts";

/** How one request ended. */
export type DecisionRecord = Evaluation & {
  readonly durationMs: number;
  /** How old the keys of the token's issuer were. */
  readonly keySetAgeSeconds: number | undefined;
};

/** What of the settings a log obeys. */
export type LogSettings = KnownAudiences & Pick<Settings, "logLevel">;

export interface Log {
  decision(record: DecisionRecord): void;
  /** What went wrong beside the requests. */
  readonly event: (event: LogEvent) => void;
}

/** Which fields of a line are metrics, as JSON: it never changes, and would take as long to write as all the rest. */
const COUNTED = `${toMetric("Decisions", "Count")},${toMetric("Duration", "Milliseconds")}`;

/** A dimension that the line does not have would cost the whole metric. */
const ALLOW_WITHOUT_CLIENT_METRICS = toMetricDirective(COUNTED, ',["function","decision"]');

/** A dimension is only ever a value of the settings: applications that register themselves could create any number. */
const ALLOW_METRICS = toMetricDirective(
  COUNTED,
  ',["function","decision"],["function","token_use","application"]',
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
export function createLog(settings: LogSettings, outlet: Omit<LogOptions, "level">): Log {
  const line = createLineWriter({ ...outlet, level: settings.logLevel });
  return {
    decision: (record) =>
      line(LEVEL_OF[record.decision.outcome], () => toFields(record, settings), getMetrics(record.decision)),
    event: (event) => {
      const { level, fields, metrics } = toEventLine(event);
      line(level, () => fields, metrics);
    },
  };
}

function getMetrics(decision: Decision): string {
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

function toFields(record: DecisionRecord, settings: LogSettings): Fields {
  const { request, jwt, decision } = record;
  const { outcome, reason, detail, cause, identity }: DecisionParts = decision;
  const { apiId, stage } = request === undefined ? {} : parseStageArn(request.stageArn);
  // What a token says of itself, which is apart until it is verified.
  const described = jwt && describeClaims(jwt.claims, settings);
  return {
    event: "decision",
    decision: outcome,
    reason,
    hint: reason && getHint(reason),
    detail: detail ?? cause?.detail,
    token_use: identity?.tokenUse,
    ...(isVerified(decision) ? described : { unverified: described }),
    application: toApplication(decision, settings.clientIds),
    sub: settings.logLevel === "debug" ? redactSubject(identity) : undefined,
    gateway: request?.kind,
    api_id: apiId,
    stage,
    request_id: request?.requestId,
    key_set_age_seconds: record.keySetAgeSeconds,
    Decisions: 1,
    Duration: record.durationMs,
  };
}

/** The dimension of a metric: an application of the settings, or `other`. */
function toApplication(decision: Decision, clientIds: readonly string[]): string | undefined {
  const clientId = decision.outcome === "allow" ? decision.identity.clientId : undefined;
  return clientId === undefined || clientIds.includes(clientId) ? clientId : "other";
}

/** Enterprise connections make subjects of email addresses, which are in no line at any level. */
function redactSubject({ subject }: Partial<Identity> = {}): string | undefined {
  return subject === undefined || mayContainEmail(subject) ? undefined : subject;
}
