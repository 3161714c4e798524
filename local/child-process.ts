import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";

const GRACE_MS = 5_000;

export interface ChildOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts Node.js with these arguments, in a process that ends no later than this one. What it prints can be read. */
export function startNode(args: readonly string[], { cwd, env }: ChildOptions): ChildProcess {
  const child = spawn(process.execPath, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const kill = (): void => void child.kill("SIGKILL");
  process.once("exit", kill);
  child.once("exit", () => process.off("exit", kill));
  return child;
}

/** Asks a process to end, and ends it where it does not do so in time. */
export async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, "exit");
  child.kill("SIGTERM");
  const impatience = setTimeout(() => child.kill("SIGKILL"), GRACE_MS);
  await exit;
  clearTimeout(impatience);
}

const LOOKS_EVERY_MS = 500;

/**
 * Resolves when this process is to stop: at Ctrl-C, at an editor's stop button, or when the process that started it is gone. npm
 * hands a signal to the shell between them, and not every shell hands it on.
 */
export function toldToStop(): Promise<undefined> {
  const parent = process.ppid;
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
      process.on(signal, () => resolve(undefined));
    setInterval(() => (process.ppid === parent ? undefined : resolve(undefined)), LOOKS_EVERY_MS).unref();
  });
}
