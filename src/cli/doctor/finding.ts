/** One thing that was looked at, and what came of it. */
export interface Finding {
  /** Stable, for machines. */
  readonly check: string;
  /** As in the other reports: `error` is what has to be mended. */
  readonly status: "ok" | "warning" | "error";
  readonly what: string;
  /** What to do about it. */
  readonly advice?: string;
}

export function ok(check: string, what: string): Finding {
  return { check, status: "ok", what };
}

export function warning(check: string, what: string, advice: string): Finding {
  return { check, status: "warning", what, advice };
}

export function problem(check: string, what: string, advice: string): Finding {
  return { check, status: "error", what, advice };
}
