import { rfc3339 } from "../../rfc3339.ts";
import { toKey } from "../../revocation/item.ts";
import { isByTime, type RevocationScope } from "../../revocation/revocation.ts";
import { tableFailure, type RevocationTable } from "./table.ts";
import type { StoreOutcome } from "./store.ts";
import { EXIT, paint, safeJson, type ExitCode, type Terminal } from "../terminal.ts";
import { printable } from "../../logging/describe-error.ts";

interface ReportOptions {
  readonly scope: RevocationScope;
  readonly table: RevocationTable;
  readonly asJson: boolean;
  readonly terminal: Terminal;
}

const NEEDS = ["BatchGetItem", "UpdateItem"] as const;

/** Says what the table has now. */
export function report(outcome: StoreOutcome, options: ReportOptions): ExitCode {
  const { scope, table, asJson, terminal } = options;
  if (outcome.is === "not_stored") {
    terminal.writeError(`Nothing was revoked: ${tableFailure(outcome.error, table, NEEDS)}\n`);
    return EXIT.problem;
  }
  if (outcome.is === "unknown") {
    terminal.writeError(
      `It is not known whether this was revoked: ${tableFailure(outcome.error, table, NEEDS)}\nRun it again, which does no harm.\n`,
    );
    return EXIT.undecided;
  }
  const { result, notBefore } = outcome;
  terminal.write(
    asJson ? safeJson({ id: toKey(scope), ...scope, notBefore, result }) : toText(outcome, options),
  );
  return EXIT.well;
}

function toText(
  { result, asked, notBefore }: Extract<StoreOutcome, { is: "stored" }>,
  { scope, table, terminal }: ReportOptions,
): string {
  const issued = isByTime(scope) ? `, issued at ${rfc3339(notBefore)} or before` : "";
  const later = isByTime(scope) && notBefore > asked ? `, which is later than ${rfc3339(asked)}` : "";
  const what = `${toWords(scope)}${issued}`;
  const [heading, where] =
    result === "written"
      ? ["Revoked:", `Written to the table ${table.place}, and read back.`]
      : ["Already revoked:", `The table ${table.place} had this before${later}. Nothing was changed.`];
  const { says, advice } = ADVICE[scope.kind];
  return `${paint(terminal, "good", heading)} ${what}.
${where} Calls are refused once the gateway's cache is over.
${paint(terminal, "careful", says)} ${advice}
`;
}

function toWords(scope: RevocationScope): string {
  switch (scope.kind) {
    case "sub":
      return `tokens of the user ${printable(scope.sub)}`;
    case "member":
      return `tokens of the user ${printable(scope.sub)} for the organization ${printable(scope.organizationId)}`;
    case "sid":
      return `tokens of the session ${printable(scope.sid)}`;
    case "client":
      return `tokens of the application ${printable(scope.clientId)}`;
    case "token":
      return `the token with the hash ${scope.hash}`;
  }
}

const BLOCK = {
  says: "Block the user in Auth0 too:",
  advice: "a user who may still sign in, or has a refresh token, gets a new token.",
};
const ADVICE: Readonly<Record<RevocationScope["kind"], { readonly says: string; readonly advice: string }>> =
  {
    sub: BLOCK,
    sid: BLOCK,
    token: BLOCK,
    member: {
      says: "Remove the user from the organization in Auth0 too:",
      advice: "a member who may still sign in gets a new token.",
    },
    client: {
      says: "Rotate the application's secret or delete the application in Auth0 too:",
      advice: "until then it gets new tokens.",
    },
  };
