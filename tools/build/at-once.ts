/**
 * Runs commands at the same time. The last prints as it goes; what another said is printed when it ends. Fails where one
 * of them does.
 */
import { exec, spawn } from "node:child_process";

const LARGEST_OUTPUT_BYTES = 64 * 1024 * 1024;

const commands = process.argv.slice(2);
const last = commands.pop() ?? "";
for (const command of commands) runQuietly(command);
spawn(last, { shell: true, stdio: "inherit" }).on("exit", (code) => note(last, code === 0));

function runQuietly(command: string): void {
  exec(command, { maxBuffer: LARGEST_OUTPUT_BYTES }, (error, stdout, stderr) => {
    process.stdout.write(`${stdout}${stderr}`);
    note(command, error === null);
  });
}

function note(command: string, isOk: boolean): void {
  const seconds = performance.now() / 1000;
  process.stdout.write(`${command}: ${isOk ? "ok" : "failed"} after ${seconds.toFixed(0)} s\n`);
  if (!isOk) process.exitCode = 1;
}
