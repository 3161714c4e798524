import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join, posix } from "node:path";
import { SNAPSHOT_FILE, type SnapshotDocument } from "../../token/keys/snapshot.ts";
import type { ZipEntry } from "./zip.ts";

/** What the handler of the zip in this package is called. */
export const HANDLER = "authorizer.handler";

/** The handlers of the functions that write revocations. */
export const WRITER_HANDLERS: readonly string[] = ["revoke-on-event.handler", "back-channel-logout.handler"];

/** The files of these functions, in the package's `dist/` and in their zip. */
export const WRITER_FILES = WRITER_HANDLERS.map((handler) => handler.replace(/handler$/, "cjs"));

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
 * @param handler as Lambda has it: {@link HANDLER}, or that in a folder, such as `dist/authorizer.handler`
 */
export function functionFiles(folder: string, handler: string): ZipEntry[] {
  return [
    ...codeFiles(folder).map((name) => entry(join(folder, name), posix.dirname(handler))),
    ...legalFiles(folder),
  ];
}

/** The files of the functions that write revocations. */
export function writerFiles(folder: string): ZipEntry[] {
  return [...WRITER_FILES.map((name) => entry(join(folder, name), ".")), ...legalFiles(folder)];
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
