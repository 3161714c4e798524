import { runCommand } from "../../src/cli/commands.ts";

export interface Dependencies {
  readonly env?: NodeJS.ProcessEnv;
  /** What is piped in; undefined where standard input is a person. */
  readonly input?: string | undefined;
  readonly colour?: boolean;
  readonly clock?: () => number;
}

export interface Ran {
  readonly exitCode: number;
  readonly output: string;
  readonly errors: string;
}

/** Runs the tool in this process, with everything around it given. */
export async function run(
  args: readonly string[],
  { env = {}, input, colour = false, clock = Date.now }: Dependencies = {},
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
  });
  return { exitCode, output: output.join(""), errors: errors.join("") };
}
