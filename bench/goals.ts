import { PEERS, type Builds, type Peer } from "./builds.ts";
import type { Results } from "./measurements.ts";
import { median, ratio, type Ratio } from "./statistics.ts";

/** A number that was promised, and how to find it in what was measured. */
export interface Goal {
  readonly what: string;
  readonly goal: string;
  readonly measured: (results: Results) => number;
  readonly limit: (results: Results) => number;
  readonly unit?: string;
}

const PEER_NAMES = Object.keys(PEERS) as Peer[];

export function goalsOf(builds: Builds): readonly Goal[] {
  const coldRatio = (results: Results, name: string, by: "milliseconds" | "cpu" = "milliseconds"): number =>
    cold(results, name, by).median;
  const warmRatio = (results: Results, name: string): number => warm(results, name).median;
  const lambdaRatio = (results: Results, name: string, of: "initMs" | "firstAnswerMs"): number =>
    underLambda(results, name, of).median;
  const fastestPeer = (of: (name: string) => number): number => Math.min(...PEER_NAMES.map(of));
  return [
    {
      what: "cold start with a snapshot, configuration check and log line included; a handler that does nothing = 1",
      goal: "≤ 1.35",
      measured: (results) => coldRatio(results, "authorizer"),
      limit: () => 1.35,
    },
    {
      what: "the same, in processor time",
      goal: "≤ 1.35",
      measured: (results) => coldRatio(results, "authorizer", "cpu"),
      limit: () => 1.35,
    },
    {
      what: "the same, beside the fastest peer that logs the same line",
      goal: "≤ the peer's",
      measured: (results) => coldRatio(results, "authorizer"),
      limit: (results) => fastestPeer((name) => coldRatio(results, name)),
    },
    {
      what: "the same without a log line, beside the fastest peer without one",
      goal: "≤ the peer's",
      measured: (results) => coldRatio(results, "authorizer, no log line"),
      limit: (results) => fastestPeer((name) => coldRatio(results, `${name}, no log line`)),
    },
    {
      what: "init under Lambda's runtime client; a handler that does nothing = 1",
      goal: "≤ 1.20",
      measured: (results) => lambdaRatio(results, "authorizer", "initMs"),
      limit: () => 1.2,
    },
    {
      what: "init and first answer under it, beside the fastest peer",
      goal: "≤ the peer's",
      measured: (results) => lambdaRatio(results, "authorizer", "firstAnswerMs"),
      limit: (results) => fastestPeer((name) => lambdaRatio(results, name, "firstAnswerMs")),
    },
    {
      what: "warm, distinct tokens, the whole handler without its log line; bare `crypto.verify` = 1",
      goal: "≤ aws-jwt-verify's own `verify`",
      measured: (results) => warmRatio(results, "handler"),
      limit: (results) => warmRatio(results, "aws-jwt-verify"),
    },
    {
      what: "warm cost added under the runtime client, log line included; a bare-verify handler = 1",
      goal: "≤ the aws-jwt-verify handler's",
      measured: (results) => addedRatio(results, "authorizer"),
      limit: (results) => addedRatio(results, "aws-jwt-verify"),
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
    {
      what: "bundle",
      goal: "≤ 32 KB",
      measured: () => builds.bytes.authorizer / 1024,
      limit: () => 32,
      unit: " KB",
    },
  ];
}

function cold({ cold }: Results, name: string, by: "milliseconds" | "cpu"): Ratio {
  return ratio(cold.get(name)?.[by] ?? [], cold.get("nothing")?.[by] ?? []);
}

function warm({ warm }: Results, name: string): Ratio {
  return ratio(warm.distinct[name] ?? [], warm.distinct["bare"] ?? []);
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
