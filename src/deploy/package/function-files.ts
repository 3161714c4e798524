import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join, posix } from "node:path";
import { SNAPSHOT_FILE, type SnapshotDocument } from "../../token/keys/snapshot.ts";
import type { ZipEntry } from "./zip.ts";

/** What the handler of the zip in this package is called. */
export const HANDLER = "authorizer.handler";

/** @throws Error where a function with this handler would not find the authorizer in a zip of ours */
export function checkHandler(handler: string): void {
  if (posix.basename(handler) !== HANDLER) {
    throw new Error(
      `--handler has to end in ${HANDLER}, not in ${posix.basename(handler)}: a function that is bundled is renewed ` +
        "with its own bundle, and the file of --out beside it",
    );
  }
}

/** The files with the function's code in a folder: what it runs, and beside it what few requests need. */
export function codeFiles(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => /^authorizer\.([\w-]+\.)?cjs$/.test(name))
    .sort();
}

/** The folder with the function's code: that of the command itself or, from the sources, the one that is built. */
function builtFolder(): string {
  const here = import.meta.dirname;
  return existsSync(join(here, "authorizer.main.cjs")) ? here : join(here, "../../../dist");
}

/**
 * The files of the function: its code where the handler says, the licence, and what is said about the code of others.
 *
 * @param folder with the code in it, in the folder with the licence
 * @param handler as Lambda has it, such as `dist/authorizer.handler`
 * @throws Error where the handler is not the authorizer's
 */
export function functionFiles(folder: string, handler: string): ZipEntry[] {
  if (posix.basename(handler) !== HANDLER)
    throw new Error(
      `the handler has to end in ${HANDLER}, and not to be ${handler}: another function's, or bundled`,
    );
  return [
    ...codeFiles(folder).map((name) => entry(join(folder, name), posix.dirname(handler))),
    ...legalFiles(folder),
  ];
}

/** The files of the functions that write revocations. */
export function writerFiles(folder: string): ZipEntry[] {
  const code = ["revoke-on-event.cjs", "back-channel-logout.cjs"].map((name) =>
    entry(join(folder, name), "."),
  );
  return [...code, ...legalFiles(folder)];
}

function legalFiles(folder: string): ZipEntry[] {
  return ["LICENSE", "NOTICE"].map((name) => entry(join(dirname(folder), name), "."));
}

function entry(path: string, into: string): ZipEntry {
  return { name: posix.join(into, basename(path)), content: readFileSync(path) };
}

/** The function with keys: its files, and the snapshot where they look for it. */
export function functionFilesWith(snapshot: SnapshotDocument, handler: string): ZipEntry[] {
  const name = posix.join(posix.dirname(handler), SNAPSHOT_FILE);
  return [...functionFiles(builtFolder(), handler), { name, content: Buffer.from(JSON.stringify(snapshot)) }];
}
