import { writeSync } from "node:fs";

const STDOUT = 1;

/**
 * With JSON logging, Lambda nests what goes through the console, and CloudWatch finds no metric in it. The first
 * use of `process.stdout` loads what a socket needs, a tenth of a cold start; it is left for a pipe that is full.
 */
export function writeToStdout(line: string): void {
  try {
    writeSync(STDOUT, line);
  } catch {
    process.stdout.write(line);
  }
}
