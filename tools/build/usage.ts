/** Ends the process where a command was asked for `--help`, with what it does and which options it has. */
export function answerHelp(usage: string): void {
  if (!process.argv.includes("--help")) return;
  process.stdout.write(usage);
  process.exit();
}
