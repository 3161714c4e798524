import { runCommand } from "../../src/cli/commands.ts";

export interface Dependencies {
  readonly env?: NodeJS.ProcessEnv;
  /** What is piped in; undefined where standard input is a person. */
  readonly input?: string | undefined;
  readonly colour?: boolean;
  readonly clock?: () => number;
  /** Called once a command runs that ends only when it is stopped, with what it has printed; it is stopped afterwards. */
  readonly whileRunning?: (output: string) => Promise<void>;
}

export interface Ran {
  readonly exitCode: number;
  readonly output: string;
  readonly errors: string;
}

/** Runs the tool in this process, with everything around it given. */
export async function run(
  args: readonly string[],
  { env = {}, input, colour = false, clock = Date.now, whileRunning }: Dependencies = {},
): Promise<Ran> {
  const output: string[] = [];
  const errors: string[] = [];
  const exitCode = await runCommand(args, {
    env,
    colour,
    clock,
    write: (text) => void output.push(text),
    writeError: (text) => void errors.push(text),
    readInput: () => Promise.resolve(input),
    untilStopped: async () => {
      await Promise.resolve();
      await whileRunning?.(output.join(""));
    },
  });
  return { exitCode, output: output.join(""), errors: errors.join("") };
}
