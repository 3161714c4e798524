/** Runs npm scripts at the same time, prints what each has said when it ends, and fails where one of them does. */
import { execFile } from "node:child_process";

const LARGEST_OUTPUT_BYTES = 64 * 1024 * 1024;

await Promise.all(process.argv.slice(2).map(run));

function run(script: string): Promise<void> {
  const startedAt = performance.now();
  return new Promise((resolve) => {
    const options = { maxBuffer: LARGEST_OUTPUT_BYTES };
    execFile("npm", ["run", "--silent", script], options, (error, stdout, stderr) => {
      const seconds = ((performance.now() - startedAt) / 1000).toFixed(0);
      process.stdout.write(`${stdout}${stderr}npm run ${script}: ${error ? "failed" : "ok"}, ${seconds} s\n`);
      if (error) process.exitCode = 1;
      resolve();
    });
  });
}
