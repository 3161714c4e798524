#!/usr/bin/env node
import { once } from "node:events";
import { buffer } from "node:stream/consumers";
import { runCommand } from "./commands.ts";
import { decodeText } from "./pasted-text.ts";

const { env, stdin, stdout, stderr, argv } = process;

/** A fetch of keys keeps no process alive, because in Lambda it must not. Here a command that waits for it does. */
const keepAlive = setInterval(() => undefined, 60_000);
process.exitCode = await runCommand(argv.slice(2), {
  env,
  write: (output) => stdout.write(output),
  writeError: (output) => stderr.write(output),
  readInput: async () => (stdin.isTTY ? undefined : decodeText(await buffer(stdin))),
  // https://no-color.org: set and not empty.
  colour: stdout.isTTY && !env["NO_COLOR"] && env["TERM"] !== "dumb",
  clock: Date.now,
  untilStopped: async () => {
    await Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
  },
});
clearInterval(keepAlive);
