import { createWriterLog, type WriterLog } from "../../../src/revocation/writers/log.ts";
import type { Revocation } from "../../../src/revocation/revocation.ts";
import { writeRevocation, type WriteResult } from "../../../src/revocation/table-writer.ts";
import type { CallDynamoDb } from "../../../src/revocation/dynamodb.ts";
import { DynamoDbError } from "../../../src/revocation/dynamodb.ts";
import { readNotBefore } from "../../../src/revocation/item.ts";
import { RevocationItems } from "../../../src/testing/revocation-items.ts";
import { NOW } from "./messages.ts";

/** What a writer is given by a test, and what it did with it. */
export interface Surroundings {
  readonly put: (revocation: Revocation) => Promise<WriteResult>;
  readonly log: WriterLog;
  readonly clock: () => number;
  /** `notBefore` by the partition key. */
  readonly stored: () => Readonly<Record<string, number | undefined>>;
  /** The lines of log, parsed. */
  readonly lines: () => readonly Readonly<Record<string, unknown>>[];
  /** The text of the log. */
  readonly logged: () => string;
}

interface Options {
  /** With which the table refuses everything. */
  readonly failure?: Error;
  readonly level?: "debug" | "info";
  readonly clock?: () => number;
}

/** A writer's surroundings with a table in memory, written as a deployed one is. */
export function surroundings({ failure, level = "info", clock = () => NOW }: Options = {}): Surroundings {
  const table = new RevocationItems({ name: "revocations", pageSize: 100, createdAt: NOW });
  const text: string[] = [];
  const write = (line: string) => void text.push(line);
  const call = failure === undefined ? callOf(table) : () => Promise.reject(failure);
  return {
    put: (revocation) => writeRevocation(revocation, { table: "revocations", call, clock }),
    log: createWriterLog({ level, functionName: "writer", clock, write }),
    clock,
    stored: () => Object.fromEntries(Array.from(table.items, ([key, item]) => [key, readNotBefore(item)])),
    lines: () => text.map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>),
    logged: () => text.join(""),
  };
}

function callOf(table: RevocationItems): CallDynamoDb {
  return (operation, input) => {
    const { status, body } = table.answer(operation, input);
    if (status === 200) return Promise.resolve({ output: body, date: NOW });
    const { __type: type } = body as { readonly __type: string };
    return Promise.reject(new DynamoDbError(operation, type.replace(/.*#/, ""), status));
  };
}
