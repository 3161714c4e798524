import { rfc3339 } from "../rfc3339.ts";

export interface LogOptions {
  readonly level: "debug" | "info" | "warn" | "error" | "silent";
  /** The name under which metrics are kept: the function's. */
  readonly functionName: string;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  /** Takes one line, its end included. */
  readonly write: (line: string) => void;
}

type Field = string | number | undefined;
export type Fields = Readonly<Record<string, Field | Readonly<Record<string, Field>>>>;
export type Level = "info" | "warn" | "error";

const LEVELS = ["debug", "info", "warn", "error", "silent"] as const;

/** One metric, as JSON. */
export function toMetric(name: string, unit: string): string {
  return `{"Name":"${name}","Unit":"${unit}"}`;
}

/**
 * A metric directive of the embedded metric format, as JSON: these metrics by the function, and by what else is given.
 *
 * @param metrics as {@link toMetric} makes them, separated by commas
 * @param dimensions JSON lists of fields of the line, a comma before each
 */
export function toMetricDirective(metrics: string, dimensions = ""): string {
  return `{"Namespace":"Auth0Authorizer","Dimensions":[["function"]${dimensions}],"Metrics":[${metrics}]}`;
}

/** Writes one line, and its metrics with it. */
export type WriteLine = (at: Level, fields: () => Fields, metrics?: string) => void;

/** What is below the level is not even put together. */
export function createLineWriter({ level, functionName, clock, write }: LogOptions): WriteLine {
  const threshold = LEVELS.indexOf(level);
  return (at, fields, metrics) => {
    if (LEVELS.indexOf(at) < threshold) return;
    const time = clock();
    const all = { level: at, time: rfc3339(time / 1000), function: functionName, ...fields() };
    const embedded = metrics && `,"_aws":{"Timestamp":${time},"CloudWatchMetrics":[${metrics}]}`;
    write(`${JSON.stringify(all).slice(0, -1)}${embedded ?? ""}}\n`);
  };
}
