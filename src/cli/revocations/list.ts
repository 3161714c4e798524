import { parseArgs } from "node:util";
import { rfc3339 } from "../../rfc3339.ts";
import { parseKey, readKey, readNotBefore, readOwn, toKey } from "../../revocation/item.ts";
import type { Revocation, RevocationKind } from "../../revocation/revocation.ts";
import { getOne } from "../../settings/parsers.ts";
import {
  readOption,
  revocationTable,
  TABLE_OPTIONS,
  TABLE_USAGE,
  tableFailure,
  type RevocationTable,
} from "./table.ts";
import { SCOPE_WORDS } from "./scope.ts";
import { EXIT, safeJson, withoutEmails, type ExitCode, type Terminal } from "../terminal.ts";
import { printable } from "../../logging/describe-error.ts";

const USAGE = `Usage: auth0-authorizer revocations --table T [options]

Lists what is revoked, the latest last. It reads the whole table, page by page: a command for operators.
  --kind KIND          only ${SCOPE_WORDS.join(", ")}
  --show-email         print email addresses, which the subjects of enterprise connections may contain
${TABLE_USAGE}
Revoking again does no harm, and signing in again is the only cure. See auth0-authorizer revoke --help: a user
must be blocked in Auth0 too.

Exit code: 0 listed, 1 not listed, 2 wrong use
`;

const OPTIONS = {
  ...TABLE_OPTIONS,
  kind: { type: "string" },
  "show-email": { type: "boolean" },
} as const;
/** 50 MB: some 500,000 revocations, and 6,400 read units. */
const MAX_PAGES = 50;
const PAGE_TIMEOUT_MS = 10_000;
const HEADINGS = ["not before", "kind", "value"] as const;
const KINDS: Readonly<Record<(typeof SCOPE_WORDS)[number], RevocationKind>> = {
  user: "sub",
  member: "member",
  session: "sid",
  client: "client",
  token: "token",
};

/** What is in the table. */
interface Listing {
  readonly revocations: readonly Revocation[];
  /** How many items no writer of this project has written. */
  readonly malformed: number;
  readonly isComplete: boolean;
}

/**
 * The command `revocations`.
 *
 * @throws UsageError
 */
export async function revocations(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const { values } = parseArgs({ args: [...args], options: OPTIONS });
  if (values.help === true) {
    terminal.write(USAGE);
    return EXIT.well;
  }
  const kind =
    values.kind === undefined ? undefined : KINDS[readOption("--kind", getOne(...SCOPE_WORDS), values.kind)];
  const table = revocationTable(values, terminal);
  let all: Listing;
  try {
    all = await readAll(table);
  } catch (error) {
    terminal.writeError(`Nothing was listed: ${tableFailure(error, table, ["Scan"])}\n`);
    return EXIT.problem;
  }
  const listing = {
    ...all,
    revocations: all.revocations.filter(({ scope }) => !kind || scope.kind === kind),
  };
  const show = values["show-email"] === true ? (text: string) => text : hideEmail;
  terminal.write(values.json === true ? toJson(listing, show) : toText(listing, show, table));
  return EXIT.well;
}

async function readAll({ name, call }: RevocationTable): Promise<Listing> {
  const items: unknown[] = [];
  let lastKey: unknown;
  let pages = 0;
  do {
    const { output } = await call("Scan", { TableName: name, ExclusiveStartKey: lastKey }, PAGE_TIMEOUT_MS);
    const found = readOwn(output, "Items");
    if (!Array.isArray(found)) throw new Error("DynamoDB answered Scan with something other than items");
    items.push(...(found as unknown[]));
    lastKey = readOwn(output, "LastEvaluatedKey");
    pages += 1;
  } while (lastKey !== undefined && pages < MAX_PAGES);
  const revocations = items.map(readItem).filter((revocation) => revocation !== undefined);
  return {
    revocations: revocations.toSorted((one, other) => one.notBefore - other.notBefore),
    malformed: items.length - revocations.length,
    isComplete: lastKey === undefined,
  };
}

function readItem(item: unknown): Revocation | undefined {
  const [scope, notBefore] = [parseKey(readKey(item)), readNotBefore(item)];
  return scope === undefined || notBefore === undefined ? undefined : { scope, notBefore };
}

function hideEmail(value: string): string {
  return String(withoutEmails(value));
}

function toJson({ revocations: found, ...more }: Listing, show: (value: string) => string): string {
  const shown = found.map(({ scope, notBefore }) => ({
    ...Object.fromEntries(Object.entries(scope).map(([name, value]) => [name, show(value)])),
    notBefore,
  }));
  return safeJson({ revocations: shown, ...more });
}

function toText(listing: Listing, show: (value: string) => string, { place }: RevocationTable): string {
  const { revocations: found, malformed, isComplete } = listing;
  const rows = found.map((revocation) => toRow(revocation, show));
  const notes = [
    ...(malformed > 0 ? [`Items that are not revocations: ${malformed}.`] : []),
    ...(isComplete ? [] : ["There are more: the list is incomplete."]),
  ];
  const count = found.length === 1 ? "1 revocation" : `${found.length} revocations`;
  const lines = rows.length === 0 ? [] : [...toColumns([HEADINGS, ...rows]), ""];
  return [...lines, `${count} in the table ${place}.`, ...notes].join("\n") + "\n";
}

function toRow({ scope, notBefore }: Revocation, show: (value: string) => string): readonly string[] {
  const value = toKey(scope).slice(scope.kind.length + 1);
  return [rfc3339(notBefore), scope.kind, printable(show(value))];
}

function toColumns(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = HEADINGS.map((_, column) =>
    rows.reduce((width, row) => Math.max(width, (row[column] ?? "").length), 0),
  );
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}
