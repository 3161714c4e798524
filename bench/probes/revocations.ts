import { statSync } from "node:fs";
import { createRequire } from "node:module";
import { basename } from "node:path";
import { instructions, loadWith, report } from "./load.ts";
import { timeRounds, type Subject } from "./timing.ts";

interface Instructions {
  readonly authorizer: string;
  readonly events: readonly unknown[];
  /** The environment of an authorizer, by the name under which it is timed. */
  readonly environments: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly rounds: number;
  /** How often each authorizer is called before its first round. */
  readonly warmingUp: number;
}

const { authorizer, events, environments, rounds, warmingUp } = instructions() as Instructions;
const { cache } = createRequire(import.meta.filename);
const CPU_CALLS = 1000;

/** The whole product, from the event to the policy, and the bytes of its files that each environment loads. */
async function load(): Promise<{ subjects: Subject[]; bytes: Record<string, number> }> {
  const subjects: Subject[] = [];
  const bytes: Record<string, number> = {};
  for (const [name, environment] of Object.entries(environments)) {
    const { handler } = loadWith({ AUTHORIZER_LOG_LEVEL: "silent", ...environment }, authorizer);
    const run = (index: number): unknown => handler(events[index % events.length]);
    // A subject that refuses its tokens would look fast.
    await run(0);
    bytes[name] = loadedBytes();
    subjects.push({ name, run });
  }
  return { subjects, bytes };
}

function loadedBytes(): number {
  const own = Object.keys(cache).filter((file) => basename(file).startsWith("authorizer."));
  return own.reduce((sum, file) => sum + statSync(file).size, 0);
}

/** Microseconds of processor time of a call, the work of the network among it. */
async function cpuOf({ run }: Subject): Promise<number> {
  const before = process.cpuUsage();
  for (let index = 0; index < CPU_CALLS; index += 1) await run(index);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / CPU_CALLS;
}

async function main(): Promise<void> {
  // A lookup keeps no process alive; in Lambda, the runtime does.
  setInterval(() => undefined, 1000);
  const { subjects, bytes } = await load();
  const handlers = await timeRounds(subjects, { rounds, calls: events.length, warmingUp });
  const cpu: Record<string, number> = {};
  for (const subject of subjects) cpu[subject.name] = await cpuOf(subject);
  report({ handlers, cpu, bytes });
  process.exit();
}

void main();
