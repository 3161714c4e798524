import { lineWriter, metric, metricDirective, type LogOptions } from "../log-line.ts";
import { hintOf } from "../reasons.ts";
import { isUndecided, type Refusal } from "../refusal.ts";
import type { RevocationKind } from "../revocations/revocation.ts";
import type { IgnoredBecause } from "./tenant-message.ts";

/** What of a revocation may be kept: neither whose tokens it ends nor which session. */
interface WrittenRecord {
  /** Auth0's name of what happened: `user.deleted`, `scp`, and for a logout token `logout_token`. */
  readonly type: string;
  readonly kind: RevocationKind;
  /** From what happened to the table. */
  readonly delayMs: number;
}

/** One JSON line for each message, which CloudWatch reads as a metric at the same time. */
export interface WriterLog {
  written(record: WrittenRecord): void;
  /** No revocation follows from a message. */
  ignored(type: string, because: IgnoredBecause): void;
  /** A logout token that is not acceptable, or whose key could not be had; no refusal where there is no token. */
  logoutRefused(refusal: Refusal | undefined): void;
  /** @param error whose message may be logged */
  notWritten(type: string, error: Error): void;
}

const WRITTEN_METRICS = metricDirective(
  `${metric("RevocationsWritten", "Count")},${metric("MessageDelay", "Milliseconds")}`,
);
const UNUSABLE_METRICS = metricDirective(metric("UnusableMessages", "Count"));
const REFUSED_METRICS = metricDirective(metric("LogoutTokensRefused", "Count"));
const FAILURE_METRICS = metricDirective(metric("RevocationFailures", "Count"));

export function createWriterLog(options: LogOptions): WriterLog {
  const line = lineWriter(options);
  const failed = (type: string, detail: string): void =>
    line(
      "error",
      () => ({ event: "revocation_not_written", type, detail, RevocationFailures: 1 }),
      FAILURE_METRICS,
    );
  return {
    written: ({ type, kind, delayMs }) =>
      line(
        "info",
        () => ({
          event: "revocation_written",
          ...{ type, kind, RevocationsWritten: 1, MessageDelay: Math.max(0, delayMs) },
        }),
        WRITTEN_METRICS,
      ),
    ignored: (type, because) => {
      if (because !== "not_acted_on")
        line(
          "warn",
          () => ({ event: "message_unusable", type, because, UnusableMessages: 1 }),
          UNUSABLE_METRICS,
        );
      else if (options.level === "debug") line("info", () => ({ event: "message_ignored", type }));
    },
    logoutRefused: (refusal) => {
      if (refusal !== undefined && isUndecided(refusal.reason)) failed("logout_token", refusal.message);
      else line("warn", () => refusedFields(refusal), REFUSED_METRICS);
    },
    notWritten: (type, { message }) => failed(type, message),
  };
}

function refusedFields(refusal: Refusal | undefined): Readonly<Record<string, string | number | undefined>> {
  return {
    event: "logout_token_refused",
    reason: refusal?.reason ?? "missing_token",
    hint: refusal && hintOf(refusal.reason),
    detail: refusal?.detail,
    LogoutTokensRefused: 1,
  };
}
