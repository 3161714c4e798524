import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { nodeBinary } from "../test/runtime/lambda-runtime.ts";
import { bundlePath } from "./builds.ts";

export interface Runtime {
  /** Of Node.js, such as 24. */
  readonly version: number | string;
  readonly node: string;
}

/** The versions of Node.js that Lambda runs. */
export function runtimes(): Runtime[] {
  return ([22, 24] as const).map((version) => {
    const node = nodeBinary(version);
    if (node === undefined)
      throw new Error(`Node.js ${version} is missing: npx tsx tools/build/install.ts test/runtimes`);
    return { version, node };
  });
}

export type Environment = Readonly<Record<string, string>>;

export interface Probe {
  readonly runtime: Runtime;
  readonly name: "cold" | "warm" | "refuse" | "memory" | "revocations" | "before";
  readonly environment: Environment;
  readonly flags?: readonly string[];
}

/** One line that a probe reported, and when: milliseconds from the start of its process. */
export interface Line<T> {
  readonly value: T;
  readonly at: number;
}

const instructionFiles = mkdtempSync(join(tmpdir(), "bench-"));
process.on("exit", () => rmSync(instructionFiles, { recursive: true }));
let written = 0;

/** Instructions are written once and read by many processes. */
export function writeInstructions(instructions: object): string {
  const file = join(instructionFiles, `${written++}.json`);
  writeFileSync(file, JSON.stringify(instructions));
  return file;
}

/**
 * Runs a probe in its own process, without this one's environment. Its log goes through a pipe, as in
 * Lambda, and is thrown away.
 */
export function runProbe<T>(probe: Probe, instructionFile: string): Promise<readonly Line<T>[]> {
  const { runtime, name, environment, flags = [] } = probe;
  const startedAt = performance.now();
  const child = spawn(runtime.node, [...flags, bundlePath(name), instructionFile], {
    env: { ...environment },
    stdio: ["ignore", "pipe", "pipe", "pipe"],
  });
  const lines: Line<T>[] = [];
  let errors = "";
  child.stdout?.resume();
  child.stderr?.setEncoding("utf8").on("data", (chunk: string) => (errors += chunk));
  createInterface(child.stdio[3] as Readable).on("line", (line) => {
    lines.push({ value: JSON.parse(line) as T, at: performance.now() - startedAt });
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject).on("close", (code) => {
      if (code === 0 && lines.length > 0) resolve(lines);
      else reject(new Error(`${name} on Node.js ${runtime.version} ended with ${String(code)}: ${errors}`));
    });
  });
}

/** The one thing that a probe reports. */
export async function resultOf<T>(probe: Probe, instructions: object): Promise<T> {
  const [line] = await runProbe<T>(probe, writeInstructions(instructions));
  if (line === undefined) throw new Error(`${probe.name} reported nothing`);
  return line.value;
}
