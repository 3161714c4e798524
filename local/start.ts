import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { startNode, toldToStop } from "./child-process.ts";
import { hasPython, startHostedPython, type HostedPython } from "./hosted-python.ts";
import { assertFree, readOptions, USAGE, UsageError, type StartOptions } from "./options.ts";
import { startPage, type Page } from "./page/server.ts";
import { freePortsFrom } from "./ports.ts";
import { startStack, type Stack } from "./stack.ts";
import { summary } from "./summary.ts";

const PROJECT = fileURLToPath(new URL("../", import.meta.url));
/** Where serverless-offline listens unless it is told otherwise. */
const OFFLINE_DEFAULT_PORT = 3000;
/** From here on the first port that is free: no other service depends on it. */
const HOSTED_PYTHON_PORT = 4013;

interface Everything {
  readonly stack: Stack;
  readonly page: Page;
  /** Undefined on a machine without Python. */
  readonly python: HostedPython | undefined;
}

/** Also while everything starts: what has been started by then ends with this process. */
const stopping = toldToStop();
try {
  const options = readOptions(process.argv.slice(2));
  if (options === undefined) process.stdout.write(USAGE);
  else await run(options);
} catch (error) {
  process.stderr.write(`${explanation(error)}\n`);
  process.exitCode = 1;
}
process.exit();

async function run(options: StartOptions): Promise<void> {
  const everything = await Promise.race([start(options), stopping]);
  if (everything === undefined) return;
  await stopping;
  const { stack, page, python } = everything;
  await Promise.all([stack.stop(), page.close(), python?.stop()]);
}

async function start({ ports, verbose, build }: StartOptions): Promise<Everything> {
  await assertFree(ports);
  if (build) await bundle();
  const spaOrigins = [`http://localhost:${ports.page}`];
  const onLine = (line: string): void => print(line, verbose);
  const stack = await startStack({ ports, tenant: { spaOrigins }, revocable: true, onLine });
  const python = hasPython() ? await startPython(stack, Object.values(ports), onLine) : undefined;
  const page = await startPage({ ...stack, hostedPython: python, port: ports.page });
  const free = await freePortsFrom(OFFLINE_DEFAULT_PORT, 3, Object.values(ports));
  process.stdout.write(summary({ stack, page, python }, free));
  return { stack, page, python };
}

async function startPython(
  { settings }: Stack,
  reserved: readonly number[],
  onLine: (line: string) => void,
): Promise<HostedPython> {
  const [port = 0] = await freePortsFrom(HOSTED_PYTHON_PORT, 1, reserved);
  return startHostedPython({ settings, port, write: (line) => onLine(line.trimEnd()) });
}

async function bundle(): Promise<void> {
  const script = fileURLToPath(new URL("../tools/build/bundle.ts", import.meta.url));
  const build = startNode(["--import", "tsx", script], { cwd: PROJECT });
  const printed = build.stderr === null ? "" : text(build.stderr);
  const [code] = (await once(build, "exit")) as [number | null];
  if (code !== 0) throw new Error(`npm run build failed. It printed:\n${await printed}`);
}

/** The authorizer's decisions, shortened; what serverless-offline says about itself only when asked for. */
function print(line: string, verbose: boolean): void {
  if (verbose) process.stdout.write(`${line}\n`);
  else if (line.startsWith('{"level":')) process.stdout.write(`${shortened(JSON.parse(line) as LogLine)}\n`);
}

type LogLine = Readonly<
  Partial<Record<"time" | "event" | "decision" | "gateway" | "reason" | "hint" | "detail", string>>
>;

function shortened({ time = "", event, decision, gateway, reason, hint, detail }: LogLine): string {
  const what = event === "decision" ? [gateway, decision] : [event];
  return [time.slice(11, 19), ...what, reason, detail, hint].filter(Boolean).join("  ");
}

/** The stack of an error is for a bug of ours; the user who typed a wrong option does not need it. */
function explanation(error: unknown): string {
  if (error instanceof UsageError) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
