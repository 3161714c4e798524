import { rfc3339 } from "../../rfc3339.ts";
import { send } from "../../http/client.ts";
import { readKeys } from "../../revocation/batch-get.ts";
import {
  createDynamoDb,
  findPlaceIssue,
  findRegion,
  type CallDynamoDb,
  type Operation,
} from "../../revocation/dynamodb.ts";
import { RETENTION_SECONDS, toKey } from "../../revocation/item.ts";
import type { Settings } from "../../settings/settings.ts";
import { ok, problem, warning, type Finding } from "./finding.ts";
import { tableFailure, type RevocationTable } from "../revocations/table.ts";
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
  const { revocationTable: name } = settings;
  if (name === undefined) return [];
  const { env, clock } = terminal;
  const issue = findPlaceIssue(env);
  if (issue !== undefined) return [problem(CHECK, `${name} cannot be read: ${issue}`, toAdvice(settings))];
  const call = createDynamoDb({ env, clock, send });
  const table = { name, call, place: `${name} in ${findRegion(env)}` };
  const checks = async (): Promise<readonly Finding[]> => {
    const read = await checkRead(table, settings);
    // Without an answer at all, the other questions would only repeat it.
    return read.status === "error"
      ? [read]
      : [read, ...(await checkDescription(table, clock())), ...(await checkTimeToLive(table))];
  };
  return withProgress(terminal, `Asking for ${name}`, checks());
}

async function checkRead(table: RevocationTable, settings: Settings): Promise<Finding> {
  const { name, call } = table;
  const probe: CallDynamoDb = (operation, input) => call(operation, input, TIMEOUT_MS);
  try {
    await readKeys([PROBE], { table: name, kept: probe, fresh: probe }, () => undefined);
    return ok(CHECK, `${name} can be read`);
  } catch (error) {
    const failure = tableFailure(error, table, ["BatchGetItem"]);
    return problem(CHECK, `${name} cannot be read: ${failure}`, toAdvice(settings));
  }
}

const SCHEMA_ADVICE =
  "Its only key must be the partition key id, a String. Create the table from the templates.";

function toAdvice({ revocationOnFailure }: Settings): string {
  return revocationOnFailure === "error"
    ? "If the authorizer cannot read it either, it answers every request with 500 (REVOCATION_ON_FAILURE)."
    : "If the authorizer gets no answer from it either, it accepts revoked tokens. After any other failure it answers 500 (REVOCATION_ON_FAILURE).";
}

async function checkDescription(table: RevocationTable, now: number): Promise<readonly Finding[]> {
  const { name } = table;
  const described = await describe(table, "DescribeTable");
  if ("check" in described) return [described];
  const description = Object((described.output as { readonly Table?: unknown }).Table) as Description;
  const hasSchema =
    JSON.stringify(description.KeySchema) === '[{"AttributeName":"id","KeyType":"HASH"}]' &&
    JSON.stringify(description.AttributeDefinitions ?? []).includes(
      '{"AttributeName":"id","AttributeType":"S"}',
    );
  return [
    ...(hasSchema ? [] : [problem(CHECK, `${name}: wrong key schema`, SCHEMA_ADVICE)]),
    ...checkAge(name, description, now),
    ...(description.DeletionProtectionEnabled === true
      ? []
      : [
          warning(
            CHECK,
            `${name} has no deletion protection`,
            "If the table is replaced, every revoked token is accepted again, without an error.",
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

async function checkTimeToLive(table: RevocationTable): Promise<readonly Finding[]> {
  const described = await describe(table, "DescribeTimeToLive");
  if ("check" in described) return [described];
  const { TimeToLiveStatus: status, AttributeName: attribute } = Object(
    (described.output as { readonly TimeToLiveDescription?: unknown }).TimeToLiveDescription,
  ) as { readonly TimeToLiveStatus?: unknown; readonly AttributeName?: unknown };
  const isOn = status === "ENABLED" || status === "ENABLING";
  if (isOn && attribute !== TTL_ATTRIBUTE) {
    const advice = `It must be ${TTL_ATTRIBUTE}: by another one, revocations may be deleted too early.`;
    return [problem(CHECK, `${table.name} expires items by another attribute`, advice)];
  }
  return isOn
    ? [ok(CHECK, `${table.name} expires items by ${TTL_ATTRIBUTE}`)]
    : [warning(CHECK, `${table.name} never expires items`, `Switch time to live on, by ${TTL_ATTRIBUTE}.`)];
}

/** Operators may lack rights that the authorizer does not need. */
async function describe(
  table: RevocationTable,
  operation: Operation,
): Promise<{ readonly output: unknown } | Finding> {
  const { name, call } = table;
  try {
    return { output: Object((await call(operation, { TableName: name }, TIMEOUT_MS)).output) as unknown };
  } catch (error) {
    const advice = "The authorizer does not need this: only the check is incomplete.";
    return warning(CHECK, `${name}: ${tableFailure(error, table, [operation])}`, advice);
  }
}
