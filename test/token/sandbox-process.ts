import { buildSync } from "esbuild";
import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Settings } from "../../src/settings/settings.ts";

let bundle: string | undefined;

function sandboxBundle(): string {
  if (bundle === undefined) {
    bundle = join(mkdtempSync(join(tmpdir(), "sandbox-")), "sandbox.cjs");
    buildSync({
      entryPoints: ["test/token/sandbox.ts"],
      outfile: bundle,
      bundle: true,
      platform: "node",
      format: "cjs",
    });
  }
  return bundle;
}

/** `sandbox.ts` in a process of its own, which can be frozen. */
export class Sandbox {
  /** What it wrote to standard error: an unhandled rejection would be there. */
  errors = "";
  readonly exited: Promise<unknown[]>;
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;

  constructor(settings: Partial<Settings>, env: Readonly<Record<string, string>> = {}) {
    this.#process = spawn(process.execPath, [sandboxBundle()], {
      env: { SETTINGS: JSON.stringify(settings), ...env },
    });
    this.#process.stderr.on("data", (data) => (this.errors += String(data)));
    this.exited = once(this.#process, "exit");
    this.#lines = createInterface({ input: this.#process.stdout })[Symbol.asyncIterator]();
  }

  /** Until the init phase is over. */
  async started(): Promise<this> {
    await this.#lines.next();
    return this;
  }

  /**
   * `accepted`, or the message of the error.
   *
   * @param later milliseconds since the request before, on the sandbox's clock
   */
  async request(token: string, later = 0): Promise<string> {
    this.#process.stdin.write(`${JSON.stringify({ token, later })}\n`);
    const { value } = (await this.#lines.next()) as { value: string };
    return value;
  }

  freeze(): void {
    this.#process.kill("SIGSTOP");
  }

  thaw(): void {
    this.#process.kill("SIGCONT");
  }

  /** Ends its input. @returns its exit code; null where it had to be killed after a minute */
  async end(): Promise<unknown> {
    this.#process.stdin.end();
    const timer = setTimeout(() => this.#process.kill("SIGKILL"), 60_000);
    const [code] = await this.exited;
    clearTimeout(timer);
    return code;
  }
}
