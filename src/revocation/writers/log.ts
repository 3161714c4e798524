import {
  createLineWriter,
  toMetric,
  toMetricDirective,
  type Fields,
  type LogOptions,
} from "../../logging/emf.ts";
import { isErrorReason, type AuthorizerError } from "../../errors.ts";
import type { RevocationKind } from "../revocation.ts";
import type { WriteResult } from "../table-writer.ts";
import { getLogoutHint } from "./logout-hints.ts";
import type { NotUnderstoodReason } from "./auth0-event.ts";

/** What may be logged of a revocation: neither whose tokens it revokes nor which session. */
interface StoredRecord {
  /** Auth0's name of what happened: `user.deleted`, `scp`, and for a logout token `logout_token`. */
  readonly type: string;
  readonly kind: RevocationKind;
  /** `unchanged` where the table already had this revocation, or a later one of the same scope. */
  readonly result: WriteResult;
  /** From what happened to the table. */
  readonly delayMs: number;
  /** Whether Auth0 says that it is a test event. */
  readonly isTest: boolean;
}

/** A revocation that is not in the table. */
interface NotWrittenRecord {
  readonly type: string;
  /** An error whose message may be logged. */
  readonly error: Error;
  /** Whether it is tried again; what can never be stored is not. */
  readonly isRetried: boolean;
}

/** One JSON line for each message, which CloudWatch reads as a metric at the same time. */
export interface WriterLog {
  stored(record: StoredRecord): void;
  notWritten(record: NotWrittenRecord): void;
  /** A message from which no revocation follows, as intended. */
  ignored(type: string): void;
  /** A message from which a revocation may follow, but that cannot be read. */
  notUnderstood(type: string, reason: NotUnderstoodReason, isTest: boolean): void;
  /** A logout token that is refused, or whose key could not be fetched; undefined where there was no token. */
  logoutRefused(refusal: AuthorizerError | undefined): void;
}

const WRITTEN_METRICS = toMetricDirective(
  `${toMetric("RevocationsWritten", "Count")},${toMetric("MessageDelay", "Milliseconds")}`,
  ',["function","kind"]',
);
const NOT_UNDERSTOOD_METRICS = toMetricDirective(toMetric("RevocationMessagesNotUnderstood", "Count"));
const REFUSED_METRICS = toMetricDirective(toMetric("LogoutTokensRefused", "Count"));
const FAILURE_METRICS = toMetricDirective(toMetric("RevocationWriteFailures", "Count"));

export function createWriterLog(options: LogOptions): WriterLog {
  const line = createLineWriter(options);
  const failed = (fields: Fields): void =>
    line(
      "error",
      () => ({ event: "revocation_not_written", ...fields, RevocationWriteFailures: 1 }),
      FAILURE_METRICS,
    );
  return {
    stored: (record) => {
      if (record.result === "written") line("info", () => toWrittenFields(record), WRITTEN_METRICS);
      else line("info", () => ({ event: "revocation_unchanged", ...toFields(record) }));
    },
    notWritten: ({ type, error, isRetried }) =>
      failed({ type, detail: error.message, retry: isRetried ? "yes" : "never" }),
    ignored: (type) => {
      if (options.level === "debug") line("info", () => ({ event: "message_ignored", type }));
    },
    notUnderstood: (type, reason, isTest) =>
      line(
        "warn",
        () => ({
          event: "message_not_understood",
          ...{ type, reason, purpose: toPurpose(isTest), RevocationMessagesNotUnderstood: 1 },
        }),
        NOT_UNDERSTOOD_METRICS,
      ),
    logoutRefused: (refusal) => {
      if (refusal !== undefined && isErrorReason(refusal.code))
        failed({ type: "logout_token", detail: refusal.message, hint: getLogoutHint(refusal.code) });
      else line("warn", () => toRefusedFields(refusal), REFUSED_METRICS);
    },
  };
}

function toFields({ type, kind, isTest }: StoredRecord): Fields {
  return { type, kind, purpose: toPurpose(isTest) };
}

function toWrittenFields(record: StoredRecord): Fields {
  const delay = Math.max(0, record.delayMs);
  return { event: "revocation_written", ...toFields(record), RevocationsWritten: 1, MessageDelay: delay };
}

/** The word that Auth0's test events have (`a0purpose`); undefined, which JSON leaves out, for real ones. */
function toPurpose(isTest: boolean): string | undefined {
  return isTest ? "test" : undefined;
}

function toRefusedFields(refusal: AuthorizerError | undefined): Fields {
  const reason = refusal?.code ?? "missing_token";
  return {
    event: "logout_token_refused",
    reason,
    hint: getLogoutHint(reason),
    detail: refusal?.detail,
    LogoutTokensRefused: 1,
  };
}
