import { PEERS, type Peer } from "./builds.ts";
import type { Results } from "./measurements.ts";
import { median, ratio, type Ratio } from "./statistics.ts";

/** A number that was promised, and how to find it in what was measured. */
export interface Goal {
  readonly what: string;
  readonly goal: string;
  readonly measured: (results: Results) => number;
  readonly limit: (results: Results) => number;
}

const PEER_NAMES = Object.keys(PEERS) as Peer[];

export const GOALS: readonly Goal[] = [
  {
    what: "the first caller's wait in milliseconds, beside the fastest peer that logs the same line",
    goal: "≤ the peer's",
    measured: (results) => wait(results, "authorizer"),
    limit: (results) => fastestPeer((name) => wait(results, name)),
  },
  {
    what: "init and first answer under Lambda's runtime client, beside the fastest peer",
    goal: "≤ the peer's",
    measured: (results) => underLambda(results, "authorizer", "firstAnswerMs").median,
    limit: (results) => fastestPeer((name) => underLambda(results, name, "firstAnswerMs").median),
  },
  {
    what: "forged token of up to 8 KB, the worst content; bare `crypto.verify` = 1",
    goal: "≤ 3",
    measured: (results) => worstRefusal(results, (name) => !name.startsWith("100 KB")),
    limit: () => 3,
  },
  {
    what: "forged token of 100 KB, the worst content; bare `crypto.verify` = 1",
    goal: "≤ 0.3",
    measured: (results) => worstRefusal(results, (name) => name.startsWith("100 KB")),
    limit: () => 0.3,
  },
];

function fastestPeer(of: (name: Peer) => number): number {
  return Math.min(...PEER_NAMES.map(of));
}

function wait({ cold }: Results, name: string): number {
  return median(cold.get(name)?.wait ?? []);
}

export function underLambda({ lambda }: Results, name: string, of: "initMs" | "firstAnswerMs"): Ratio {
  return ratio(lambda[of][name] ?? [], lambda[of]["nothing"] ?? []);
}

/** What an invocation costs beyond one of a handler that does nothing, with a handler of one bare signature as 1. */
export function addedRatio({ lambda }: Results, name: string): number {
  const added = (of: string): number[] =>
    (lambda.invocation[of] ?? []).map((time, round) => time - (lambda.invocation["nothing"]?.[round] ?? NaN));
  return median(added(name)) / median(added("bare-verify"));
}

function worstRefusal({ refusals }: Results, isMeant: (name: string) => boolean): number {
  const { bare = [], ...attacks } = refusals;
  const meant = Object.entries(attacks).filter(([name]) => isMeant(name));
  return Math.max(...meant.map(([, times]) => ratio(times, bare).median));
}
