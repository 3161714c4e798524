import { HANDLER, functionFilesWith } from "../deploy/package/function-files.ts";
import { takeSnapshot } from "../deploy/package/take-snapshot.ts";
import { zip } from "../deploy/package/zip.ts";
import { getVariable } from "../settings/settings.ts";
import { issuer } from "../settings/parsers.ts";
import { list } from "../settings/words.ts";
import { SNAPSHOT_FILE, type SnapshotDocument } from "../token/keys/snapshot.ts";
import { printable } from "../logging/describe-error.ts";
import type { Terminal } from "./terminal.ts";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, posix, resolve } from "node:path";
import { parseArgs } from "node:util";

const DOMAIN = getVariable("domain");

const USAGE = `Usage: auth0-authorizer snapshot (--out FILE | --zip FILE [--handler HANDLER]) [--domain DOMAIN[,DOMAIN]]

Fetches the tenant's keys and writes them to a file, to be packaged with the authorizer.
  --out      the file. The function looks for ${SNAPSHOT_FILE} beside the file with the authorizer's code
  --zip      a zip with the whole function and the keys, to be deployed or to update a function that is deployed
  --handler  where in the zip the handler is: what the function has as its handler. Without it, ${HANDLER}
  --domain   tenant and custom domains; without it, ${DOMAIN}
`;

/**
 * The command `snapshot`.
 *
 * @returns the exit code: 0 written, 1 keys could not be had or file not written, 2 wrong use
 */
export async function snapshot(
  args: readonly string[],
  dependencies: Pick<Terminal, "env" | "write" | "writeError">,
): Promise<number> {
  const { write, writeError } = dependencies;
  let plan: Plan;
  try {
    plan = planFrom(args, dependencies.env);
  } catch (error) {
    writeError(`No snapshot was taken: ${(error as Error).message}\n\n${USAGE}`);
    return 2;
  }
  try {
    if (plan === "help") write(USAGE);
    else write(await takeAndWrite(plan));
    return 0;
  } catch (error) {
    writeError(
      `No snapshot was written: ${(error as Error).message}\n` +
        "An older file was left as it is. Make sure that the address answers with the tenant's keys, then run this again;\n" +
        "or deploy without a snapshot: containers then fetch the keys when they start.\n",
    );
    return 1;
  }
}

interface Wanted {
  readonly issuers: readonly string[];
  readonly file: string;
  /** Undefined where the file is to hold the keys alone. */
  readonly handler: string | undefined;
}

type Plan = "help" | Wanted;

const OPTIONS = {
  domain: { type: "string" },
  out: { type: "string" },
  zip: { type: "string" },
  handler: { type: "string" },
  help: { type: "boolean" },
} as const;

function planFrom(args: readonly string[], env: NodeJS.ProcessEnv): Plan {
  const { values } = parseArgs({ args: [...args], options: OPTIONS });
  if (values.help === true) return "help";
  const issuers = namedIssuers("--domain", values.domain) ?? namedIssuers(DOMAIN, env[DOMAIN]);
  if (issuers === undefined) throw new Error(`neither --domain nor ${DOMAIN} names a tenant`);
  const { out, zip: archive, handler } = values;
  if (handler !== undefined) checkHandler(handler);
  if (out !== undefined && archive === undefined && handler === undefined)
    return { issuers, file: out, handler: undefined };
  if (out !== undefined)
    throw new Error("--out writes the keys alone: it goes neither with --zip nor with --handler");
  if (archive === undefined)
    throw new Error(
      `--out is missing: name ${SNAPSHOT_FILE} in the folder of the function's handler. Or --zip`,
    );
  return { issuers, file: archive, handler: handler ?? HANDLER };
}

/** A function with another handler would not find the authorizer in a zip of ours. */
function checkHandler(handler: string): void {
  if (posix.basename(handler) !== HANDLER)
    throw new Error(
      `--handler has to end in ${HANDLER}, not in ${posix.basename(handler)}: a function that is bundled is renewed ` +
        "with its own bundle, and the file of --out beside it",
    );
  // What unpacks a zip may write outside of its folder, or refuse the whole zip.
  if (/^\.\.(?:\/|$)|^\/|\\/.test(posix.normalize(handler)))
    throw new Error(`--handler has to be a path inside the zip, with slashes: ${printable(handler)}`);
}

function namedIssuers(name: string, domains = ""): readonly string[] | undefined {
  try {
    const issuers = list(issuer)(domains);
    return issuers.length === 0 ? undefined : issuers;
  } catch (error) {
    throw new Error(`${name} ${(error as Error).message}`, { cause: error });
  }
}

async function takeAndWrite({ issuers, file, handler }: Wanted): Promise<string> {
  const document = await takeSnapshot({ issuers });
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, handler === undefined ? toText(document) : zip(functionFilesWith(document, handler)));
  return `${resolve(file)}: the keys of ${issuers.join(", ")}, taken at ${document.takenAt}\n`;
}

function toText(document: SnapshotDocument): string {
  return `${JSON.stringify(document, undefined, 2)}\n`;
}
