import { execFile, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import type { GoldenCase } from "../contract/cases.ts";
import { GOLDEN } from "../contract/golden.ts";

/** What a reader made of one golden event. */
export interface Outcome {
  readonly gateway: string;
  readonly name: string;
  readonly outcome: GoldenCase["expected"];
}

/** The reader of another language. Each of them is copied into a folder of its own, as a team would copy it. */
export interface ForeignReader {
  readonly language: string;
  /** Commands of which each must be there, and what they are asked for to find out. */
  readonly needs: readonly (readonly [command: string, ...args: string[]])[];
  /** Reads every event of the golden files with it. */
  readonly read: (folder: string) => Promise<string>;
}

const HERE = "test/other-languages";
const READERS = "readers";
const golden = resolve(GOLDEN);

export const FOREIGN_READERS: readonly ForeignReader[] = [
  {
    language: "Python",
    needs: [["python3", "--version"]],
    read: (folder) => {
      cpSync(`${READERS}/python/caller_identity.py`, `${folder}/caller_identity.py`);
      cpSync(`${HERE}/read.py`, `${folder}/read.py`);
      return run(folder, "python3", "-W", "error", "read.py", golden);
    },
  },
  {
    language: "Go",
    needs: [["go", "version"]],
    read: async (folder) => {
      writeFileSync(`${folder}/go.mod`, "module readers\n\ngo 1.18\n");
      mkdirSync(`${folder}/auth0identity`);
      cpSync(`${READERS}/go/identity.go`, `${folder}/auth0identity/identity.go`);
      cpSync(`${HERE}/read.go`, `${folder}/main.go`);
      await run(folder, "go", "vet", "./...");
      return run(folder, "go", "run", ".", golden);
    },
  },
  {
    language: "Java",
    needs: [
      ["java", "-version"],
      ["javac", "-version"],
    ],
    read: async (folder) => {
      mkdirSync(`${folder}/identity`);
      cpSync(`${READERS}/java/CallerIdentity.java`, `${folder}/identity/CallerIdentity.java`);
      cpSync(`${HERE}/Read.java`, `${folder}/identity/Read.java`);
      const sources = ["identity/CallerIdentity.java", "identity/Read.java"];
      await run(
        folder,
        "javac",
        "--release",
        "17",
        "-encoding",
        "UTF-8",
        "-Xlint:all",
        "-Werror",
        "-d",
        ".",
        ...sources,
      );
      return run(folder, "java", "-cp", ".", "identity.Read", golden);
    },
  },
];

/** The first command that is not on this machine. */
export function missingCommand({ needs }: ForeignReader): string | undefined {
  return needs.find(([command, ...args]) => spawnSync(command, args).status !== 0)?.[0];
}

/** What the reader made of every golden event. */
export async function outcomesOf({ read }: ForeignReader): Promise<readonly Outcome[]> {
  const folder = mkdtempSync(join(tmpdir(), "reader-"));
  try {
    return JSON.parse(await read(folder)) as readonly Outcome[];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function run(cwd: string, command: string, ...args: readonly string[]): Promise<string> {
  const env = {
    ...process.env,
    GOFLAGS: "-mod=mod",
    GOTOOLCHAIN: "local",
    GOCACHE: join(tmpdir(), "go-build"),
  };
  const { stdout } = await promisify(execFile)(command, args, { cwd, env, maxBuffer: 100_000_000 });
  return stdout;
}
