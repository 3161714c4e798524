import { rfc3339 } from "../../rfc3339.ts";
import { send } from "../../http/client.ts";
import { readKeys } from "../../revocation/batch-get.ts";
import {
  createDynamoDb,
  DynamoDbError,
  type CallDynamoDb,
  type Operation,
} from "../../revocation/dynamodb.ts";
import { RETENTION_SECONDS, toKey } from "../../revocation/item.ts";
import type { Settings } from "../../settings/settings.ts";
import { ok, problem, warning, type Finding } from "./finding.ts";
import { tableFailure } from "../revocations/table.ts";
import { withProgress, type Terminal } from "../terminal.ts";

const CHECK = "table";
const TIMEOUT_MS = 10_000;
const TTL_ATTRIBUTE = "expiresAt";
/** A key that is not revoked unless a user has this name. */
const PROBE = toKey({ kind: "sub", sub: "doctor|probe" });

/** As much of DescribeTable and DescribeTimeToLive as is looked at. */
interface Description {
  readonly KeySchema?: unknown;
  readonly AttributeDefinitions?: unknown;
  /** Seconds since the epoch. */
  readonly CreationDateTime?: unknown;
  readonly DeletionProtectionEnabled?: unknown;
}

/** The table of revocations: how it is made, and whether it can be read as the authorizer reads it. */
export async function checkTable(settings: Settings, terminal: Terminal): Promise<readonly Finding[]> {
  const { revocationTable: table } = settings;
  if (table === undefined) return [];
  const { env, clock } = terminal;
  const call = createDynamoDb({ env, clock, send });
  const checks = async (): Promise<readonly Finding[]> => {
    const read = await checkRead(table, call, settings);
    // Without an answer at all, the other questions would only repeat it.
    return read.status === "problem"
      ? [read]
      : [read, ...(await checkDescription(table, call, clock())), ...(await checkTimeToLive(table, call))];
  };
  return withProgress(terminal, `Asking for ${table}`, checks());
}

async function checkRead(table: string, call: CallDynamoDb, settings: Settings): Promise<Finding> {
  const probe: CallDynamoDb = (operation, input) => call(operation, input, TIMEOUT_MS);
  try {
    await readKeys([PROBE], { table, kept: probe, fresh: probe }, () => undefined);
    return ok(CHECK, `${table} can be read`);
  } catch (error) {
    if (error instanceof DynamoDbError && error.type === "ValidationException")
      return problem(CHECK, `${table}: wrong key schema`, SCHEMA_ADVICE);
    const why = tableFailure(error, { name: table, place: table }, ["BatchGetItem"]);
    return problem(CHECK, `${table}: ${why}`, toAdvice(settings));
  }
}

const SCHEMA_ADVICE =
  "Its only key must be the partition key id, a String. Create the table from the templates.";

function toAdvice({ revocationOnFailure }: Settings): string {
  return revocationOnFailure === "error"
    ? "Where the authorizer cannot read it either, every request is answered with 500 (REVOCATION_ON_FAILURE)."
    : "Where it gives the authorizer no answer, revoked tokens are accepted; other failures are answered with 500 (REVOCATION_ON_FAILURE).";
}

async function checkDescription(table: string, call: CallDynamoDb, now: number): Promise<readonly Finding[]> {
  const described = await describe(table, "DescribeTable", call);
  if ("check" in described) return [described];
  const description = Object((described.output as { readonly Table?: unknown }).Table) as Description;
  const hasSchema =
    JSON.stringify(description.KeySchema) === '[{"AttributeName":"id","KeyType":"HASH"}]' &&
    JSON.stringify(description.AttributeDefinitions ?? []).includes(
      '{"AttributeName":"id","AttributeType":"S"}',
    );
  return [
    ...(hasSchema ? [] : [problem(CHECK, `${table}: wrong key schema`, SCHEMA_ADVICE)]),
    ...checkAge(table, description, now),
    ...(description.DeletionProtectionEnabled === true
      ? []
      : [
          warning(
            CHECK,
            `${table} has no deletion protection`,
            "A table that is replaced accepts every revoked token again, without an error.",
          ),
        ]),
  ];
}

/** A table is empty when it is made, so that a younger one may lack what was revoked before. */
function checkAge(table: string, { CreationDateTime: createdAt }: Description, now: number): Finding[] {
  if (typeof createdAt !== "number") return [];
  const what = `${table} was created at ${rfc3339(Math.floor(createdAt))}`;
  if (now / 1000 - createdAt >= RETENTION_SECONDS) return [ok(CHECK, what)];
  return [
    warning(
      CHECK,
      what,
      "If it replaced another table, what was revoked before is accepted again: revoke it again.",
    ),
  ];
}

async function checkTimeToLive(table: string, call: CallDynamoDb): Promise<readonly Finding[]> {
  const described = await describe(table, "DescribeTimeToLive", call);
  if ("check" in described) return [described];
  const { TimeToLiveStatus: status, AttributeName: name } = Object(
    (described.output as { readonly TimeToLiveDescription?: unknown }).TimeToLiveDescription,
  ) as { readonly TimeToLiveStatus?: unknown; readonly AttributeName?: unknown };
  const isOn = status === "ENABLED" || status === "ENABLING";
  if (isOn && name !== TTL_ATTRIBUTE) {
    const advice = `It must be ${TTL_ATTRIBUTE}: by another one, revocations may be deleted too early.`;
    return [problem(CHECK, `${table} expires items by another attribute`, advice)];
  }
  return isOn
    ? [ok(CHECK, `${table} expires items by ${TTL_ATTRIBUTE}`)]
    : [warning(CHECK, `${table} never expires items`, `Switch time to live on, by ${TTL_ATTRIBUTE}.`)];
}

/** Operators may lack rights that the authorizer does not need. */
async function describe(
  table: string,
  operation: Operation,
  call: CallDynamoDb,
): Promise<{ readonly output: unknown } | Finding> {
  try {
    return { output: Object((await call(operation, { TableName: table }, TIMEOUT_MS)).output) as unknown };
  } catch (error) {
    const advice = "The authorizer does not need this: only the check is incomplete.";
    const why = tableFailure(error, { name: table, place: table }, [operation]);
    return warning(CHECK, `${table}: ${why}`, advice);
  }
}
