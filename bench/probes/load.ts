import { readFileSync, writeSync } from "node:fs";
import { createRequire } from "node:module";

export interface Loaded {
  /** Settled once a peer has been through the request that primes it. */
  readonly primed?: Promise<unknown>;
  readonly handler: (event: unknown) => Promise<unknown>;
  readonly verify: (token: string) => unknown;
  readonly verifyCached: (token: string) => unknown;
}

const load = createRequire(import.meta.filename);
/** Where the parent listens; standard output is the log's. */
const RESULT = 3;

/** As Lambda loads a function: CommonJS, with the environment that it finds. */
export function loadBundle(path: string): Loaded {
  return load(path) as Loaded;
}

/** The bundle and what it loads, newly loaded, with another environment. */
export function loadWith(environment: Readonly<Record<string, string>>, path: string): Loaded {
  Object.assign(process.env, environment);
  const own = Object.keys(load.cache).filter((file) => file.startsWith(path.replace(/cjs$/, "")));
  // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- that is how CommonJS forgets a module
  for (const file of own) delete load.cache[file];
  return loadBundle(path);
}

/** The parent's instructions, from the file that it named. */
export function instructions(): unknown {
  return JSON.parse(readFileSync(process.argv[2] ?? "", "utf8"));
}

export function report(result: unknown): void {
  writeSync(RESULT, `${JSON.stringify(result)}\n`);
}
