/**
 * Runs commands at the same time, as many as there are cores, prints what each has said when it ends, and fails where one
 * of them does.
 */
import { exec } from "node:child_process";
import { availableParallelism } from "node:os";

const LARGEST_OUTPUT_BYTES = 64 * 1024 * 1024;

const waiting = process.argv.slice(2);
await Promise.all(Array.from({ length: availableParallelism() }, runNext));

async function runNext(): Promise<void> {
  for (let command = waiting.shift(); command !== undefined; command = waiting.shift()) await run(command);
}

function run(command: string): Promise<void> {
  const startedAt = performance.now();
  return new Promise((resolve) => {
    exec(command, { maxBuffer: LARGEST_OUTPUT_BYTES }, (error, stdout, stderr) => {
      const seconds = ((performance.now() - startedAt) / 1000).toFixed(0);
      process.stdout.write(`${stdout}${stderr}${command}: ${error ? "failed" : "ok"}, ${seconds} s\n`);
      if (error) process.exitCode = 1;
      resolve();
    });
  });
}
