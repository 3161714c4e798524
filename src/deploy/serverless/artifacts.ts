import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { formatRoutesFile, ROUTES_FILE, type RoutePermissions } from "../../settings/route-permissions.ts";
import { settingsFrom, type Settings } from "../../settings/settings.ts";
import { SNAPSHOT_FILE } from "../../token/keys/snapshot.ts";
import { findDeploymentKeys, isCloudFormationValue } from "../package/deployment-values.ts";
import { codeFiles, WRITER_FILES } from "../package/function-files.ts";
import { takeSnapshot } from "../package/take-snapshot.ts";
import { zip, type ZipEntry } from "../package/zip.ts";
import type { OfflineRoute } from "./offline-routes.ts";
import type { Options } from "./options.ts";

const SNAPSHOT_TIMEOUT_MS = 5000;

/** What an authorizer's zip has beside the files of its bundle. */
export interface Contents {
  /** The tenant's keys. */
  readonly snapshot?: Buffer | undefined;
  readonly routes?: RoutePermissions | undefined;
  /** What it guards, as serverless-offline names it; there, only if routes have permissions. */
  readonly offlineRoutes?: readonly OfflineRoute[] | undefined;
}

/** The module for serverless-offline in the package's `dist/`. */
const OFFLINE_FILE = "offline.cjs";
const OFFLINE_ROUTES_FILE = "offline-routes.json";
const OFFLINE_ENTRY =
  `exports.handler = require("./${OFFLINE_FILE}").adaptToOffline` +
  `(require("./authorizer.main.cjs").handler, require("./${OFFLINE_ROUTES_FILE}"));\n`;

/** Writes an authorizer's zip: the files of its bundle and what else it has to know. */
export function writeAuthorizer(path: string, { snapshot, routes, offlineRoutes }: Contents): void {
  const code = filesNamed(codeFiles(import.meta.dirname));
  const files = offlineRoutes === undefined ? code : adaptFiles(code, offlineRoutes);
  if (snapshot !== undefined) files.push({ name: SNAPSHOT_FILE, content: snapshot });
  if (routes !== undefined) files.push({ name: ROUTES_FILE, content: Buffer.from(formatRoutesFile(routes)) });
  writeZip(path, files);
}

function adaptFiles(code: readonly ZipEntry[], routes: readonly OfflineRoute[]): ZipEntry[] {
  return [
    ...code.filter(({ name }) => name !== "authorizer.cjs"),
    ...filesNamed([OFFLINE_FILE]),
    { name: "authorizer.cjs", content: Buffer.from(OFFLINE_ENTRY) },
    { name: OFFLINE_ROUTES_FILE, content: Buffer.from(JSON.stringify(routes)) },
  ];
}

/** Writes the zip of the functions that write revocations. */
export function writeWriters(path: string): void {
  writeZip(path, filesNamed(WRITER_FILES));
}

/**
 * The tenant's keys, to be packaged with the function.
 *
 * @param warn called with the reason if the keys cannot be fetched
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
        "starts. Package again where the tenant can be reached, or set snapshot: false.",
    );
    return undefined;
  }
}

function writeZip(path: string, files: readonly ZipEntry[]): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, zip(files, { deflate: true }));
}

function filesNamed(names: readonly string[]): ZipEntry[] {
  return names.map((name) => ({ name, content: readFileSync(join(import.meta.dirname, name)) }));
}
