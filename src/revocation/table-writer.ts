import { DynamoDbError, type CallDynamoDb } from "./dynamodb.ts";
import { expiryOf, MAX_IDENTIFIER_BYTES, MAX_KEY_BYTES, toKey } from "./item.ts";
import type { Revocation } from "./revocation.ts";

export interface TableWriterOptions {
  readonly table: string;
  readonly call: CallDynamoDb;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  /** How long items of sessions are kept, in days; they have no expiry without. */
  readonly sessionRetentionDays?: number | undefined;
}

/** `unchanged`: the table already had this revocation, or a later one of the same scope. */
export type WriteResult = "written" | "unchanged";

const TIMEOUT_MS = 5000;

/**
 * Writes a revocation by a conditional update that only ever raises `notBefore`, so that writing twice, late or in any
 * order changes nothing.
 *
 * @throws RangeError where it can never be stored
 * @throws Error where the table did not take it
 */
export async function writeRevocation(
  revocation: Revocation,
  { table, call, clock, sessionRetentionDays }: TableWriterOptions,
): Promise<WriteResult> {
  checkStorable(revocation);
  const { scope, notBefore } = revocation;
  const expiresAt = expiryOf(revocation, Math.ceil(clock() / 1000), sessionRetentionDays);
  try {
    await call(
      "UpdateItem",
      {
        TableName: table,
        Key: { id: { S: toKey(scope) } },
        // An earlier item may have an expiry, from a time when sessions had a retention.
        UpdateExpression: `SET notBefore = :notBefore${expiresAt === undefined ? " REMOVE expiresAt" : ", expiresAt = :expiresAt"}`,
        ConditionExpression: "attribute_not_exists(notBefore) OR notBefore < :notBefore",
        ExpressionAttributeValues: {
          ":notBefore": { N: String(notBefore) },
          ...(expiresAt !== undefined && { ":expiresAt": { N: String(expiresAt) } }),
        },
      },
      TIMEOUT_MS,
    );
    return "written";
  } catch (error) {
    if (error instanceof DynamoDbError && error.type === "ConditionalCheckFailedException")
      return "unchanged";
    throw error;
  }
}

/**
 * Checks that a revocation can be stored.
 *
 * @throws RangeError where it never can. Its message names no identifier's value
 */
export function checkStorable({ scope, notBefore }: Revocation): void {
  if (!Number.isSafeInteger(notBefore) || notBefore < 0)
    throw new RangeError("notBefore must be a whole number of seconds since the epoch");
  const { kind, ...identifiers } = scope;
  for (const [name, value] of Object.entries(identifiers)) {
    const bytes = Buffer.byteLength(value);
    if (bytes === 0 || bytes > MAX_IDENTIFIER_BYTES)
      throw new RangeError(`${kind}: ${name} must have 1 to ${MAX_IDENTIFIER_BYTES} bytes`);
    // Half of a character has no bytes in UTF-8: DynamoDB would refuse it, or store another key.
    if (/\p{Surrogate}/u.test(value)) throw new RangeError(`${kind}: ${name} must be a well-formed string`);
  }
  // It separates the two identifiers of a key.
  if (scope.kind === "member" && scope.organizationId.includes("#"))
    throw new RangeError("member: organizationId must not have a #");
  if (Buffer.byteLength(toKey(scope)) > MAX_KEY_BYTES)
    throw new RangeError(`${kind}: the identifiers must have less than ${MAX_KEY_BYTES} bytes together`);
}
