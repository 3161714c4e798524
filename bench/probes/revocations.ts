import type { RevocableToken } from "../../src/revocations/revocable-token.ts";
import { RevokedTokens } from "../../src/revocations/revoked-tokens.ts";
import { instructions, loadWith, report } from "./load.ts";
import { timeRounds } from "./timing.ts";

interface Instructions {
  readonly authorizer: string;
  readonly events: readonly unknown[];
  readonly issuer: string;
  /** The environment of an authorizer, by the name under which it is timed. */
  readonly environments: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly rounds: number;
}

const { authorizer, events, issuer, environments, rounds } = instructions() as Instructions;
const SIZES = [0, 100, 100_000];
const CHECKS = 200_000;

/** The whole product, from the event to the policy, with each list. */
async function timeHandlers(): Promise<Record<string, number[]>> {
  const subjects = Object.entries(environments).map(([name, environment]) => {
    const { handler } = loadWith({ AUTHORIZER_LOG_LEVEL: "silent", ...environment }, authorizer);
    return { name, run: (index: number) => handler(events[index % events.length]) };
  });
  // A subject that refuses its tokens would look fast.
  for (const { run } of subjects) await run(0);
  return timeRounds(subjects, { rounds, calls: events.length });
}

/** Half of them sessions, half users; the token is none of theirs. */
function listOf(size: number): RevokedTokens {
  const list = new RevokedTokens([issuer]);
  for (let index = 0; index < size; index += 1) {
    const kind = index % 2 === 0 ? "sid" : "sub";
    const value = kind === "sid" ? `uWFVKyvMBzZC4ndOGL9B5XS${index}` : `auth0|6400000000000000${index}`;
    list.add({ kind, value, issuer: "*", notBefore: 1_800_000_000, writtenAt: 1_800_000_000_000 });
  }
  return list;
}

const TOKEN: RevocableToken = {
  issuer,
  subject: "auth0|65f2a0000000000000000001",
  clientId: "iJ0aPzLyoB6vXIEI2cQWm2ZMsGGcyT7V",
  sessionId: "another-session",
  issuedAt: 1_800_000_000,
  expiresAt: 1_800_003_600,
  token: "eyJh.eyJi.c2ln",
};

/** Nanoseconds of one check, the median of some rounds. */
function timeCheck(list: RevokedTokens): number {
  const times = Array.from({ length: 11 }, () => {
    const startedAt = performance.now();
    for (let index = 0; index < CHECKS; index += 1) list.revocationOf(TOKEN);
    return ((performance.now() - startedAt) * 1e6) / CHECKS;
  });
  return times.sort((one, other) => one - other)[5] ?? NaN;
}

function heapBytes(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

function measureLists(): object[] {
  return SIZES.map((entries) => {
    const before = heapBytes();
    const list = listOf(entries);
    const bytes = heapBytes() - before;
    return { entries, bytes, nanoseconds: timeCheck(list) };
  });
}

async function main(): Promise<void> {
  report({ lists: measureLists(), handlers: await timeHandlers() });
  process.exit();
}

void main();
