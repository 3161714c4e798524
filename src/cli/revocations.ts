import { parseArgs } from "node:util";
import { rfc3339 } from "../date-time.ts";
import { PARTITION, revocationOf, sortKeyFrom, type StoredRevocation } from "../revocations/item.ts";
import {
  revocationTable,
  TABLE_OPTIONS,
  TABLE_USAGE,
  tableFailure,
  type RevocationTable,
} from "./revocation-table.ts";
import { EXIT, printable, withoutEmails, type ExitCode, type Terminal } from "./terminal.ts";

const USAGE = `Usage: auth0-authorizer revocations --table T [options]

Lists what was revoked, the latest last: what was written within the longest life of a token.
  --show-email         print e-mail addresses, which the subjects of enterprise connections may have in them
${TABLE_USAGE}
Revoking once more does no harm, and signing in again is the only cure. See auth0-authorizer revoke --help: a
user must be blocked in Auth0 too.

Exit code: 0 listed, 1 not listed, 2 wrong use
`;

const OPTIONS = { ...TABLE_OPTIONS, "show-email": { type: "boolean" } } as const;
/** More than a list that authorizers should read. */
const MAX_PAGES = 50;
const PAGE_TIMEOUT_MS = 10_000;
const HEADINGS = ["written", "kind", "value", "issuer", "not before"] as const;

/** What is in the table. */
interface Listing {
  readonly revocations: readonly StoredRevocation[];
  /** Items that are none. */
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
  const table = revocationTable(values, terminal);
  let listing: Listing;
  try {
    listing = await read(table, terminal.clock());
  } catch (error) {
    terminal.writeError(`Nothing was listed: ${tableFailure(error, table)}\n`);
    return EXIT.problem;
  }
  const show = values["show-email"] === true ? (text: string) => text : hidden;
  terminal.write(values.json === true ? asJson(listing, show) : asText(listing, show, table));
  return EXIT.well;
}

async function read({ name, retentionHours, call }: RevocationTable, now: number): Promise<Listing> {
  const query = {
    TableName: name,
    KeyConditionExpression: "pk = :pk AND sk >= :sk",
    ExpressionAttributeValues: {
      ":pk": { S: PARTITION },
      ":sk": { S: sortKeyFrom(now - retentionHours * 3_600_000) },
    },
  };
  const items: unknown[] = [];
  let lastKey: object | undefined;
  let pages = 0;
  do {
    const { output } = await call("Query", { ...query, ExclusiveStartKey: lastKey }, PAGE_TIMEOUT_MS);
    const page = output as { readonly Items?: readonly unknown[]; readonly LastEvaluatedKey?: object };
    items.push(...(page.Items ?? []));
    lastKey = page.LastEvaluatedKey;
    pages += 1;
  } while (lastKey !== undefined && pages < MAX_PAGES);
  const found = items.map(revocationOf).filter((revocation) => revocation !== undefined);
  return { revocations: found, malformed: items.length - found.length, isComplete: lastKey === undefined };
}

function hidden(value: string): string {
  return String(withoutEmails(value));
}

function asJson(
  { revocations: found, malformed, isComplete }: Listing,
  show: (value: string) => string,
): string {
  const shown = found.map((revocation) => ({
    ...revocation,
    value: show(revocation.value),
    writtenAt: new Date(revocation.writtenAt).toISOString(),
  }));
  return `${JSON.stringify({ revocations: shown, malformed, isComplete })}\n`;
}

function asText(listing: Listing, show: (value: string) => string, { place }: RevocationTable): string {
  const { revocations: found, malformed, isComplete } = listing;
  const rows = found.map((one) => rowOf(one, show));
  const notes = [
    ...(malformed > 0 ? [`Malformed items, which have no effect: ${malformed}.`] : []),
    ...(isComplete ? [] : ["There are more. A list as long as this makes authorizers start slowly."]),
  ];
  const count = found.length === 1 ? "1 revocation" : `${found.length} revocations`;
  const lines = rows.length === 0 ? [] : [...columns([HEADINGS, ...rows]), ""];
  return [...lines, `${count} in the table ${place}.`, ...notes].join("\n") + "\n";
}

function rowOf(
  { writtenAt, kind, value, issuer, notBefore }: StoredRevocation,
  show: (value: string) => string,
): readonly string[] {
  const isByTime = kind !== "sid" && kind !== "token";
  return [
    rfc3339(Math.floor(writtenAt / 1000)),
    kind,
    printable(show(value)),
    printable(issuer),
    isByTime ? rfc3339(notBefore) : "",
  ];
}

function columns(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = HEADINGS.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? "").length)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}
