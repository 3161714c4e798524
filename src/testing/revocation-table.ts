import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { itemOf, PARTITION, type RevocationItem } from "../revocations/item.ts";
import type { Revocation } from "../revocations/revocation.ts";
import { tokenHash } from "../revocations/revoked-tokens.ts";

export interface RevocationTableOptions {
  /** What the table is called. */
  readonly name?: string;
  /** How many items an answer has at most; DynamoDB's own limit is 1 MB. */
  readonly pageSize?: number;
  /** Milliseconds since the epoch: when items are written, and what answers say of the time. */
  readonly clock?: () => number;
}

/** How the table fails: with an exception of DynamoDB's, such as `AccessDeniedException`, or by never answering. */
export type TableOutage = { readonly exception: string; readonly status?: number } | "silent";

const DEFAULTS = { name: "revocations", pageSize: 5000, clock: Date.now };
/** As long as the authorizer may keep revocations: this table never expires them. */
const RETENTION_HOURS = 720;
const CONDITION = "pk = :pk AND sk >= :sk";
/** What DynamoDB calls a request that it does not understand. */
const INVALID = "ValidationException";

/** Starts a {@link RevocationTable} on a free port of the loopback interface. It keeps no process alive. */
export async function startRevocationTable(options: RevocationTableOptions = {}): Promise<RevocationTable> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve).unref());
  const table = new RevocationTable(server, { ...DEFAULTS, ...options });
  server.on("request", (request, response) => table.answer(request, response));
  return table;
}

/**
 * A table of revocations in a box: it answers DynamoDB's `PutItem` and `Query` over HTTP, as the authorizer and
 * whoever writes revocations use them. It checks that a request is signed, but not by whom.
 *
 * @example
 * const table = await startRevocationTable();
 * const authorize = createAuthorizer({ ...tenant.settings, ...table.settings }, { env: table.environment });
 * table.revokeUser("auth0|alice");
 */
export class RevocationTable {
  /** For `AWS_ENDPOINT_URL_DYNAMODB`. */
  readonly endpoint: string;
  readonly name: string;
  /** How often it was read. */
  reads = 0;
  /** How many items were written over HTTP. */
  writes = 0;
  /** In the order of their sort keys. Change it as you like: a real table may hold anything too. */
  items: unknown[] = [];
  readonly #server: Server;
  readonly #options: Required<RevocationTableOptions>;
  readonly #operations: Readonly<Record<string, (input: Input) => Answer>> = {
    "DynamoDB_20120810.Query": (input) => this.#query(input),
    "DynamoDB_20120810.PutItem": (input) => this.#putItem(input),
  };
  #outage: TableOutage | undefined;

  constructor(server: Server, options: Required<RevocationTableOptions>) {
    this.#server = server;
    this.#options = options;
    this.name = options.name;
    this.endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  /** Settings for an authorizer that reads this table. */
  get settings(): { revocationTable: string } {
    return { revocationTable: this.name };
  }

  /** What AWS's variables are for whoever reads or writes it. */
  get environment(): Record<string, string> {
    return {
      AWS_ENDPOINT_URL_DYNAMODB: this.endpoint,
      AWS_REGION: "eu-central-1",
      AWS_ACCESS_KEY_ID: "local",
      AWS_SECRET_ACCESS_KEY: "local",
    };
  }

  /** Writes a revocation: of every issuer and up to now, unless it says otherwise. */
  revoke({
    kind,
    value = "*",
    issuer = "*",
    notBefore,
  }: Partial<Revocation> & Pick<Revocation, "kind">): void {
    const writtenAt = this.#options.clock();
    const revocation = { kind, value, issuer, notBefore: notBefore ?? Math.floor(writtenAt / 1000) };
    this.#put(itemOf(revocation, { writtenAt, retentionHours: RETENTION_HOURS }));
  }

  /** Ends all tokens of a user, as a block or a deletion in Auth0 does, up to now. */
  revokeUser(sub: string): void {
    this.revoke({ kind: "sub", value: sub });
  }

  /** Ends the tokens of a session (`sid`), as a log-out does. */
  revokeSession(sessionId: string): void {
    this.revoke({ kind: "sid", value: sessionId });
  }

  /** Ends one token, whatever becomes of its user's others. */
  revokeToken(token: string): void {
    this.revoke({ kind: "token", value: tokenHash(token) });
  }

  /** Until called without an argument, nobody reads or writes it. */
  fail(outage?: TableOutage): void {
    this.#outage = outage;
  }

  close(): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  /** Answers one request. */
  answer(request: IncomingMessage, response: ServerResponse): void {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const target = String(request.headers["x-amz-target"]);
      const isRead = target.endsWith(".Query");
      if (isRead) this.reads += 1;
      if (this.#outage === "silent") return;
      const { status, body } = this.#answerTo(target, request.headers.authorization, Buffer.concat(chunks));
      response.writeHead(status, {
        "content-type": "application/x-amz-json-1.0",
        date: new Date(this.#options.clock()).toUTCString(),
      });
      response.end(JSON.stringify(body));
    });
  }

  #answerTo(target: string, authorization: string | undefined, body: Buffer): Answer {
    if (typeof this.#outage === "object") return exception(this.#outage.exception, this.#outage.status);
    if (!authorization?.startsWith("AWS4-HMAC-SHA256 Credential="))
      return exception("MissingAuthenticationTokenException");
    const operation = this.#operations[target];
    if (operation === undefined) return exception("UnknownOperationException");
    const input = JSON.parse(body.toString()) as Input;
    return input.TableName === this.name ? operation(input) : exception("ResourceNotFoundException");
  }

  #putItem({ Item: item }: Input): Answer {
    if (keyOf(item) === undefined) return exception(INVALID);
    this.writes += 1;
    this.#put(item);
    return { status: 200, body: {} };
  }

  /** What stands at the same key is replaced. */
  #put(item: unknown): void {
    const key = keyOf(item) ?? "";
    const at = this.items.findLastIndex((other) => (keyOf(other) ?? "") <= key) + 1;
    const isReplaced = at > 0 && keyOf(this.items[at - 1]) === key;
    this.items.splice(isReplaced ? at - 1 : at, isReplaced ? 1 : 0, item);
  }

  #query(input: Input): Answer {
    const range = rangeOf(input);
    if (range === undefined) return exception(INVALID);
    const found = this.items.filter((item) => isIn(item, range));
    const page = found.slice(0, this.#options.pageSize);
    const more = page.length < found.length && { LastEvaluatedKey: keysOf(page.at(-1)) };
    return { status: 200, body: { Items: page, Count: page.length, ScannedCount: page.length, ...more } };
  }
}

/** The sort keys that a Query asks for. */
interface Range {
  readonly from: string;
  /** Where the page before ended. */
  readonly after: string;
}

interface Answer {
  readonly status: number;
  readonly body: object;
}

/** As much of DynamoDB's requests as is understood. */
interface Input {
  readonly TableName?: unknown;
  readonly Item?: unknown;
  readonly KeyConditionExpression?: unknown;
  readonly ExpressionAttributeValues?: Readonly<Record<string, { readonly S?: string } | undefined>>;
  readonly ExclusiveStartKey?: unknown;
}

function exception(type: string, status = 400): Answer {
  return { status, body: { __type: `com.amazonaws.dynamodb.v20120810#${type}` } };
}

/** The sort key of an item of the one partition that there is. */
function keyOf(item: unknown): string | undefined {
  const { pk, sk } = Object(item) as {
    readonly pk?: { readonly S?: unknown };
    readonly sk?: { readonly S?: unknown };
  };
  return typeof pk?.S === "string" && typeof sk?.S === "string" ? sk.S : undefined;
}

function keysOf(item: unknown): Pick<RevocationItem, "pk" | "sk"> {
  const { pk, sk } = item as RevocationItem;
  return { pk, sk };
}

/** Undefined where it is not the one Query that is understood, or goes on from outside of it. */
function rangeOf({
  KeyConditionExpression,
  ExpressionAttributeValues: values,
  ...input
}: Input): Range | undefined {
  const from = values?.[":sk"]?.S;
  if (KeyConditionExpression !== CONDITION || values?.[":pk"]?.S !== PARTITION || from === undefined)
    return undefined;
  if (input.ExclusiveStartKey === undefined) return { from, after: "" };
  const after = keyOf(input.ExclusiveStartKey);
  return after === undefined || after < from ? undefined : { from, after };
}

/** What has no key, as no real item can, is in every answer. */
function isIn(item: unknown, { from, after }: Range): boolean {
  const key = keyOf(item);
  return key === undefined || (key >= from && key > after);
}
