import { parseArgs } from "node:util";
import { isByTime, type RevocationScope } from "../../revocation/revocation.ts";
import { checkStorable } from "../../revocation/table-writer.ts";
import { revocationTable, TABLE_OPTIONS, TABLE_USAGE } from "./table.ts";
import { readScope } from "./scope.ts";
import { report } from "./report.ts";
import { storeRevocation } from "./store.ts";
import { EXIT, UsageError, type ExitCode, type Terminal } from "../terminal.ts";
import { readTime } from "../time-option.ts";

const USAGE = `Usage: auth0-authorizer revoke user|member|session|client|token VALUE --table T [options]

Revokes tokens: every authorizer that reads the table refuses them.
  user SUB             tokens of a user, or of an actor: auth0|5f7c8ec7c33c6c004bbafe82
  member ORG_ID SUB    a user's tokens for one organization: org_9ybsU1dN2dKfDkBi and the user's sub
  session SID          tokens of a session, by sid (REVOCATION_SESSION_CLAIM in access tokens)
  client ID            tokens that were issued to an application, by its client ID
  token [TOKEN]        one token; without it, or as -, standard input is read, which is better: npm writes
                       the arguments of npx and npm run into its log. Only its hash is stored
All tokens are refused by a setting of the authorizer: AUTHORIZER_ISSUED_AFTER.

  --not-before TIME    tokens issued then or before, for user, member and client: 2026-11-22T12:00:00Z;
                       without it, now, by the clock of DynamoDB
${TABLE_USAGE}
A user who may still sign in, or has a refresh token, gets a new token: block the user in Auth0 first.

Exit code: 0 it is in the table, 1 it is not, 2 wrong use, 3 not known: run it again, which does no harm
`;

const OPTIONS = { ...TABLE_OPTIONS, "not-before": { type: "string" } } as const;

/**
 * The command `revoke`. It says what the table has after the write, by reading it back, and takes the time from
 * DynamoDB's answers.
 *
 * @throws UsageError
 */
export async function revoke(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const { values, positionals } = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  if (values.help === true) {
    terminal.write(USAGE);
    return EXIT.well;
  }
  const scope = await readScope(positionals, terminal);
  const givenTime = readNotBefore(values["not-before"], scope);
  checkLength(scope, givenTime);
  const table = revocationTable(values, terminal);
  const outcome = await storeRevocation(scope, givenTime, table);
  return report(outcome, { scope, table, asJson: values.json === true, terminal });
}

/** @returns seconds since the epoch */
function readNotBefore(text: string | undefined, scope: RevocationScope): number | undefined {
  if (text === undefined) return undefined;
  if (!isByTime(scope))
    throw new UsageError(
      "--not-before goes with user, member and client: a session or a token is revoked as a whole",
    );
  return Math.floor(readTime("--not-before", text));
}

function checkLength(scope: RevocationScope, notBefore = 0): void {
  try {
    checkStorable({ scope, notBefore });
  } catch (error) {
    throw new UsageError(`this cannot be stored: ${(error as Error).message}`, { cause: error });
  }
}
