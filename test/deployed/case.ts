import type { Kind, Probe, Reply } from "./probe.ts";
import type { Source } from "./sources.ts";

/** One question about gateways, and how its answer is known. */
export interface Case {
  readonly name: string;
  readonly kinds: readonly Kind[];
  /** None where nobody knows. */
  readonly sources: (kind: Kind) => readonly Source[];
  /** Whether it lets time go by. */
  readonly waits?: true;
  readonly run: (probe: Probe, kind: Kind) => Promise<Reply>;
}
