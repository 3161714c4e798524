import { createWriterLog, type WriterLog } from "../../src/writers/log.ts";
import type { Revocation } from "../../src/revocations/revocation.ts";
import { NOW } from "./messages.ts";

/** What a writer is given by a test, and what it did with it. */
export interface Surroundings {
  readonly put: (revocation: Revocation) => Promise<void>;
  readonly log: WriterLog;
  readonly clock: () => number;
  readonly written: readonly Revocation[];
  /** The lines of log, parsed. */
  readonly lines: () => readonly Readonly<Record<string, unknown>>[];
  /** The text of the log. */
  readonly logged: () => string;
}

/** @param failure with which the table refuses everything */
export function surroundings({
  failure,
  level = "info",
}: { failure?: Error; level?: "debug" | "info" } = {}): Surroundings {
  const written: Revocation[] = [];
  const text: string[] = [];
  const clock = () => NOW;
  const write = (line: string) => void text.push(line);
  return {
    put: (revocation) => {
      if (failure !== undefined) return Promise.reject(failure);
      written.push(revocation);
      return Promise.resolve();
    },
    log: createWriterLog({ level, functionName: "writer", clock, write }),
    clock,
    written,
    lines: () => text.map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>),
    logged: () => text.join(""),
  };
}
