import type { IncomingMessage, RequestListener } from "node:http";
import { text } from "node:stream/consumers";
import type { RevocationItem } from "../../src/revocations/item.ts";
import { startServer } from "../oauth/loopback-server.ts";

/** What DynamoDB says no with: its status, and the type in its body. */
export interface Failure {
  readonly status: number;
  readonly type?: string;
}

/** As much of DynamoDB as keeps the items of one table, on the loopback interface. */
export interface LoopbackTable {
  /** The variables by which a writer finds it. */
  readonly env: Readonly<Record<string, string>>;
  readonly items: RevocationItem[];
  /** How often an operation was called, with the failures. */
  readonly operations: string[];
  /** What the next calls are answered with, one after the other. */
  readonly failures: Failure[];
  close(): Promise<void>;
}

export const TABLE = "revocations";
const PAGE = 2;

interface Input {
  readonly TableName: string;
  readonly Item?: RevocationItem;
  readonly ExpressionAttributeValues?: Readonly<Record<string, { readonly S: string }>>;
  readonly ExclusiveStartKey?: { readonly sk: { readonly S: string } };
}

export async function startTable(): Promise<LoopbackTable> {
  const items: RevocationItem[] = [];
  const operations: string[] = [];
  const failures: Failure[] = [];
  const outputOf = (operation: string, input: Input): object =>
    operation === "PutItem" ? put(items, input) : query(items, input);
  const answer: RequestListener = (request, response) =>
    void text(request).then((body) => {
      const [, operation = ""] = String(request.headers["x-amz-target"]).split(".");
      operations.push(operation);
      const failure = failures.shift() ?? faultOf(request, JSON.parse(body) as Input);
      const output = failure ?? outputOf(operation, JSON.parse(body) as Input);
      response.writeHead(failure?.status ?? 200, { "Content-Type": "application/x-amz-json-1.0" });
      response.end(JSON.stringify(failure ? { __type: `com.amazon#${failure.type ?? ""}` } : output));
    });
  const server = await startServer(answer);
  return {
    env: {
      REVOCATION_TABLE: TABLE,
      AWS_REGION: "eu-central-1",
      AWS_ACCESS_KEY_ID: "AKIDEXAMPLE",
      AWS_SECRET_ACCESS_KEY: "secret",
      AWS_ENDPOINT_URL_DYNAMODB: `http://127.0.0.1:${server.port}`,
    },
    items,
    operations,
    failures,
    close: () => server.close(),
  };
}

function faultOf({ headers }: IncomingMessage, { TableName }: Input): Failure | undefined {
  const isSigned = headers.authorization?.startsWith("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/") === true;
  if (!isSigned) return { status: 400, type: "UnrecognizedClientException" };
  return TableName === TABLE ? undefined : { status: 400, type: "ResourceNotFoundException" };
}

function put(items: RevocationItem[], { Item }: Input): object {
  if (Item !== undefined) items.push(Item);
  return {};
}

/** Pages of two, so that whoever reads has to ask for more. */
function query(items: readonly RevocationItem[], { ExclusiveStartKey }: Input): object {
  const sorted = items.toSorted((a, b) => (a.sk.S < b.sk.S ? -1 : 1));
  const rest = sorted.filter(({ sk }) => sk.S > (ExclusiveStartKey?.sk.S ?? ""));
  const page = rest.slice(0, PAGE);
  const last = page.at(-1);
  return {
    Items: page,
    ...(rest.length > PAGE && last !== undefined && { LastEvaluatedKey: { pk: last.pk, sk: last.sk } }),
  };
}
