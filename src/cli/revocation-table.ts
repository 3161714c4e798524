import { send } from "../remote/fetch.ts";
import { dynamoDb, DynamoDbError, type CallDynamoDb } from "../revocations/dynamodb.ts";
import { tableName } from "../settings/optional-values.ts";
import { integer } from "../settings/values.ts";
import { failureText } from "./network-failure.ts";
import { UsageError, withProgress, type Terminal } from "./terminal.ts";

/** A table of revocations as the command line and the environment name it. */
export interface RevocationTable {
  readonly name: string;
  readonly retentionHours: number;
  readonly call: CallDynamoDb;
  /** Where it is, for people: `revocations in eu-central-1`. */
  readonly place: string;
}

/** Options of every command that needs a table. */
export const TABLE_OPTIONS = {
  table: { type: "string" },
  "retention-hours": { type: "string" },
  json: { type: "boolean" },
  help: { type: "boolean" },
} as const;

export const TABLE_USAGE = `  --table T            the table; without it, REVOCATION_TABLE
  --retention-hours H  the longest life of a token; without it, REVOCATION_RETENTION_HOURS, or 24
  --json               for machines

AWS is found by AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, and another
endpoint by AWS_ENDPOINT_URL_DYNAMODB. With a profile or single sign-on, first run
  eval "$(aws configure export-credentials --format env)"
`;

/** @throws UsageError where the table is not named, or AWS cannot be found */
export function revocationTable(
  { table, "retention-hours": hours }: { table?: string | undefined; "retention-hours"?: string | undefined },
  terminal: Terminal,
): RevocationTable {
  const { env, clock } = terminal;
  const name = table ?? env["REVOCATION_TABLE"] ?? "";
  if (name === "") throw new UsageError("neither --table nor REVOCATION_TABLE names a table");
  const retention = hours ?? env["REVOCATION_RETENTION_HOURS"]?.trim();
  const region = regionIn(env);
  checkCredentials(env);
  const call = dynamoDb({ env, clock, send });
  return {
    name: valueOf("--table", tableName, name),
    retentionHours: retention ? valueOf("--retention-hours", integer(1, 720), retention) : 24,
    call: (...args) => withProgress(terminal, `Asking DynamoDB in ${region}`, call(...args)),
    place: `${name} in ${region}`,
  };
}

/**
 * What a reader of settings makes of an option.
 *
 * @throws UsageError that names the option
 */
export function valueOf<T>(option: string, read: (value: unknown) => T, text: string): T {
  try {
    return read(text);
  } catch (error) {
    throw new UsageError(`${option} ${(error as Error).message}`, { cause: error });
  }
}

function regionIn(env: NodeJS.ProcessEnv): string {
  const region = [env["AWS_REGION"], env["AWS_DEFAULT_REGION"]].find(Boolean);
  if (region) return region;
  throw new UsageError("AWS_REGION is not set: say in which region the table is, such as eu-central-1");
}

function checkCredentials(env: NodeJS.ProcessEnv): void {
  if (env["AWS_ACCESS_KEY_ID"] && env["AWS_SECRET_ACCESS_KEY"]) return;
  throw new UsageError(
    "no credentials: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set. With a profile or single sign-on, " +
      'first run: eval "$(aws configure export-credentials --format env)"',
  );
}

/** Why a call of the table failed and what to do about it, safe for a terminal. */
export function tableFailure(error: unknown, { name, place }: RevocationTable): string {
  if (!(error instanceof DynamoDbError)) return failureText(error);
  switch (error.type) {
    case "ResourceNotFoundException":
      return `there is no table ${place}, of this account. Compare --table and AWS_REGION with the authorizer's.`;
    case "AccessDeniedException":
      return `${error.message.replace(/: .*/, "")}: whoever these credentials belong to needs the permissions dynamodb:PutItem (to revoke) and dynamodb:Query (to list) on the table ${name}.`;
    case "ValidationException":
      return `the table ${name} is none for revocations: its keys must be pk and sk, both text (docs/revocation.md).`;
    case "ExpiredTokenException":
    case "UnrecognizedClientException":
    case "InvalidSignatureException":
    case "MissingAuthenticationTokenException":
      return `AWS does not accept these credentials (${error.type}): they have expired, or belong elsewhere. Run: eval "$(aws configure export-credentials --format env)"`;
    default:
      return `${error.message}. Try again.`;
  }
}
