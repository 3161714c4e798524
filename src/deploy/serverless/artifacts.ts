import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { formatRoutesFile, ROUTES_FILE, type RoutePermissions } from "../../settings/route-permissions.ts";
import { settingsFrom, type Settings } from "../../settings/settings.ts";
import { SNAPSHOT_FILE } from "../../token/keys/snapshot.ts";
import { findDeploymentKeys, isCloudFormationValue } from "../package/deployment-values.ts";
import { zip } from "../package/edit-zip.ts";
import { codeFiles } from "../package/function-files.ts";
import { takeSnapshot } from "../package/take-snapshot.ts";
import type { Options } from "./options.ts";
import { WRITER_FILES } from "./writers.ts";

const SNAPSHOT_TIMEOUT_MS = 5000;

/** What an authorizer's zip has beside the files of its bundle. */
export interface Contents {
  /** The tenant's keys. */
  readonly snapshot?: Buffer | undefined;
  readonly routes?: RoutePermissions | undefined;
}

/** Writes an authorizer's zip: the files of its bundle and what else it has to know. */
export function writeAuthorizer(path: string, { snapshot, routes }: Contents): void {
  writeZip(path, {
    ...filesNamed(codeFiles(import.meta.dirname)),
    ...(snapshot !== undefined && { [SNAPSHOT_FILE]: snapshot }),
    ...(routes !== undefined && { [ROUTES_FILE]: Buffer.from(formatRoutesFile(routes)) }),
  });
}

/** Writes the zip of the functions that write revocations. */
export function writeWriters(path: string): void {
  writeZip(path, filesNamed(WRITER_FILES));
}

/**
 * The tenant's keys, to be packaged with the function.
 *
 * @param warn hears why there are none
 */
export async function takeKeys(
  { stack, settings }: Options,
  warn: (text: string) => void,
): Promise<Buffer | undefined> {
  if (!stack.snapshot) return undefined;
  if (findDeploymentKeys(settings, isCloudFormationValue).includes("domain")) return undefined;
  try {
    const issuers = settingsFrom(settings as Partial<Settings>).domain;
    const document = await takeSnapshot({ issuers, timeoutMs: SNAPSHOT_TIMEOUT_MS });
    return Buffer.from(`${JSON.stringify(document, undefined, 2)}\n`);
  } catch (error) {
    warn(
      "no snapshot of the tenant's keys, because they could not be fetched. " +
        `${(error as Error).message}. What is packaged works without: each container fetches the keys when it ` +
        "starts. Package again where the tenant can be reached, or say snapshot: false.",
    );
    return undefined;
  }
}

function writeZip(path: string, files: Readonly<Record<string, Buffer>>): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, zip(files));
}

function filesNamed(names: readonly string[]): Readonly<Record<string, Buffer>> {
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(import.meta.dirname, name))]));
}
