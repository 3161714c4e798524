import { rfc3339 } from "./date-time.ts";

export interface LogOptions {
  readonly level: "debug" | "info" | "warn" | "error" | "silent";
  /** The name under which metrics are kept: the function's. */
  readonly functionName: string;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  /** Takes one line, its end included. */
  readonly write: (line: string) => void;
}

export type Fields = Readonly<Record<string, string | number | undefined>>;
export type Level = "info" | "warn" | "error";

const LEVELS = ["debug", "info", "warn", "error", "silent"] as const;
export const NAMESPACE = '"Namespace":"Auth0Authorizer"';

/** A metric with the function for its only dimension, as JSON. */
export function metricOfFunction(name: string, unit: string): string {
  return `{${NAMESPACE},"Dimensions":[["function"]],"Metrics":[{"Name":"${name}","Unit":"${unit}"}]}`;
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
