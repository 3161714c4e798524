import type { JsonWebKey } from "node:crypto";
import { bareVerification } from "./bare.ts";
import { instructions, loadWith, report } from "./load.ts";
import { timeRounds, type Subject } from "./timing.ts";

interface Instructions {
  readonly bundle: string;
  readonly tokens: readonly string[];
  readonly jwk: JsonWebKey;
  /** Events that must be refused, by what is wrong with them. */
  readonly attacks: Readonly<Record<string, readonly unknown[]>>;
  readonly rounds: number;
}

const { bundle, tokens, jwk, attacks, rounds } = instructions() as Instructions;
const { handler } = loadWith({ AUTHORIZER_LOG_LEVEL: "silent" }, bundle);

function attack(name: string, events: readonly unknown[]): Subject {
  return { name, run: (index) => outcome(events[index % events.length]) };
}

/** Without a valid token, the authorizer throws: that is part of what a refusal costs. */
async function outcome(event: unknown): Promise<string> {
  try {
    return JSON.stringify(await handler(event));
  } catch (error) {
    return (error as Error).message;
  }
}

async function assertRefused(name: string, events: readonly unknown[]): Promise<void> {
  for (const event of events) {
    const answer = await outcome(event);
    // Without a network, nothing can be said about a key that is unknown.
    const isRefused = answer === "Unauthorized" || answer.startsWith("keys_unavailable");
    if (!isRefused) throw new Error(`${name}: not refused, but ${answer}`);
  }
}

async function main(): Promise<void> {
  const all = Object.entries(attacks);
  for (const [name, events] of all) await assertRefused(name, events);
  const subjects = [bareVerification(tokens, jwk), ...all.map(([name, events]) => attack(name, events))];
  report(await timeRounds(subjects, { rounds, calls: tokens.length }));
  process.exit();
}

void main();
