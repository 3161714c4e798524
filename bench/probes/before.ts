import { instructions, loadWith, report } from "./load.ts";
import { timeRounds, type Subject } from "./timing.ts";

interface Instructions {
  /** The two builds of the product, by the name under which they are timed. */
  readonly bundles: Readonly<Record<string, string>>;
  /** Events by what is right or wrong with them. */
  readonly events: Readonly<Record<string, readonly unknown[]>>;
  readonly rounds: number;
}

const { bundles, events, rounds } = instructions() as Instructions;

/** Microseconds of each build for each kind of event, in one process: `"now": { "expired": [1.2, …] }`. */
async function main(): Promise<void> {
  const handlers = Object.entries(bundles).map(([name, path]) => {
    const { handler } = loadWith({ AUTHORIZER_LOG_LEVEL: "silent" }, path);
    return { name, handler };
  });
  const times: Record<string, Record<string, number[]>> = {};
  for (const [kind, all] of Object.entries(events)) {
    const subjects: Subject[] = handlers.map(({ name, handler }) => ({
      name,
      run: (index) => handler(all[index % all.length]).catch((error: unknown) => (error as Error).message),
    }));
    times[kind] = await timeRounds(subjects, { rounds, calls: 100 });
  }
  report(times);
  process.exit();
}

void main();
