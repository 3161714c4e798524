import { send } from "../../http/client.ts";
import { FetchError } from "../../http/fetch-error.ts";
import {
  createDynamoDb,
  DynamoDbError,
  findPlaceIssue,
  findRegion,
  isThrottled,
  type CallDynamoDb,
  type Operation,
} from "../../revocation/dynamodb.ts";
import { getVariable } from "../../settings/settings.ts";
import { tableName } from "../../settings/parsers.ts";
import { failureText } from "../../logging/describe-error.ts";
import { UsageError, withProgress, type Terminal } from "../terminal.ts";

/** A table of revocations as the command line and the environment name it. */
export interface RevocationTable {
  readonly name: string;
  readonly call: CallDynamoDb;
  /** Where it is, for people: `revocations in eu-central-1`. */
  readonly place: string;
}

/** Options of every command that needs a table. */
export const TABLE_OPTIONS = {
  table: { type: "string" },
  json: { type: "boolean" },
  help: { type: "boolean" },
} as const;

const EXPORT = 'eval "$(aws configure export-credentials --format env)"';

export const TABLE_USAGE = `  --table T            the table; without it, REVOCATION_TABLE
  --json               for machines

AWS is found by AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, and another
endpoint by AWS_ENDPOINT_URL_DYNAMODB or AWS_ENDPOINT_URL. With a profile or single sign-on, first run
  ${EXPORT}
`;

/** @throws UsageError where the table is not named, or AWS cannot be found */
export function revocationTable(
  { table }: { table?: string | undefined },
  terminal: Terminal,
): RevocationTable {
  const { env, clock } = terminal;
  const text = table ?? env[getVariable("revocationTable")]?.trim() ?? "";
  if (text === "") throw new UsageError("neither --table nor REVOCATION_TABLE names a table");
  const name = readOption("--table", tableName, text);
  const region = readRegion(env);
  const issue = findPlaceIssue(env);
  if (issue !== undefined) throw new UsageError(issue);
  checkCredentials(env);
  const call = createDynamoDb({ env, clock, send });
  return {
    name,
    call: (...args) => withProgress(terminal, `Asking DynamoDB in ${region}`, call(...args)),
    place: `${name} in ${region}`,
  };
}

/**
 * What a reader of settings makes of an option.
 *
 * @throws UsageError that names the option
 */
export function readOption<T>(option: string, read: (value: unknown) => T, text: string): T {
  try {
    return read(text);
  } catch (error) {
    throw new UsageError(`${option} ${(error as Error).message}`, { cause: error });
  }
}

function readRegion(env: NodeJS.ProcessEnv): string {
  const region = findRegion(env);
  if (region !== undefined) return region;
  throw new UsageError("AWS_REGION is not set: say in which region the table is, such as eu-central-1");
}

function checkCredentials(env: NodeJS.ProcessEnv): void {
  if (env["AWS_ACCESS_KEY_ID"]?.trim() && env["AWS_SECRET_ACCESS_KEY"]?.trim()) return;
  throw new UsageError(
    "no credentials: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set. With a profile or single sign-on, " +
      `first run: ${EXPORT}`,
  );
}

/**
 * Why a call of the table failed and what to do about it, on one line that is safe for a terminal.
 *
 * @param needs the operations that the command calls, for which the credentials need permissions
 */
export function tableFailure(
  error: unknown,
  { name, place }: Pick<RevocationTable, "name" | "place">,
  needs: readonly Operation[],
): string {
  if (error instanceof FetchError)
    return `${failureText(error)}. Check the network, AWS_REGION, and AWS_ENDPOINT_URL if it is set.`;
  if (!(error instanceof DynamoDbError)) return failureText(error);
  if (error.type === "ResourceNotFoundException")
    return `there is no table ${place}, in this account. Compare the table's name and AWS_REGION with the authorizer's.`;
  if (error.type === "AccessDeniedException") {
    const permissions = needs.map((operation) => `dynamodb:${operation}`).join(", ");
    return `${error.message.replace(/: .*/, "")}: these credentials need the permissions ${permissions} on the table ${name}.`;
  }
  if (error.type === "ValidationException")
    return `table ${name} has the wrong key schema: its partition key must be id (String), and there must be no sort key.`;
  return adviceOnError(error);
}

const WRONG_CREDENTIALS = [
  "ExpiredTokenException",
  "InvalidClientTokenId",
  "MissingAuthenticationTokenException",
  "UnrecognizedClientException",
];

/** What is to be done about an exception of DynamoDB's that has nothing to do with the table: for every command. */
function adviceOnError(error: DynamoDbError): string {
  const { type, message } = error;
  if (type === "InvalidSignatureException")
    return `AWS does not accept the signature (${type}): the secret of these credentials or this machine's clock may be wrong. Compare the clock with https://time.gov, and run: ${EXPORT}`;
  if (WRONG_CREDENTIALS.includes(type))
    return `AWS does not accept these credentials (${type}): they have expired, or belong elsewhere. Run: ${EXPORT}`;
  if (isThrottled(error)) return `${message}: too many requests at once. Try again in a minute.`;
  return `${message}. Try again.`;
}
