import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { expiryOf, tokenHash } from "../revocation/item.ts";
import type { RevocationScope } from "../revocation/revocation.ts";
import { exception, RevocationItems, type Answer, type StoredItem } from "./revocation-items.ts";

export interface RevocationTableOptions {
  /** What the table is called: `revocations` unless given. */
  readonly name?: string;
  /** How many items a Scan answers at most; DynamoDB's own limit is 1 MB. */
  readonly pageSize?: number;
  /** Milliseconds since the epoch: when items are written, and what answers say of the time. */
  readonly clock?: () => number;
}

/**
 * How the table fails.
 *
 * - `silent`: it takes the request and never answers.
 * - `half answer`: it sends the head and half of the body, and no more.
 * - `reset`: it closes the connection instead of an answer.
 * - `throttled`: `ProvisionedThroughputExceededException`.
 * - `unprocessed keys`: BatchGetItem answers 200 and leaves every key unprocessed.
 * - an exception of DynamoDB's, such as `AccessDeniedException`, with status 400 unless given.
 */
export type TableOutage =
  | "silent"
  | "half answer"
  | "reset"
  | "throttled"
  | "unprocessed keys"
  | { readonly exception: string; readonly status?: number };

const DEFAULTS = { name: "revocations", pageSize: 5000, clock: Date.now };
const API = "DynamoDB_20120810.";
const READS = ["BatchGetItem", "Scan"];

/** Starts a {@link RevocationTable} on a free port of the loopback interface. It keeps no process alive. */
export async function startRevocationTable(options: RevocationTableOptions = {}): Promise<RevocationTable> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve).unref());
  const table = new RevocationTable(server, { ...DEFAULTS, ...options });
  server.on("request", (request, response) => table.answer(request, response));
  return table;
}

/**
 * An in-memory table of revocations. It answers DynamoDB's BatchGetItem, UpdateItem (the conditional update that
 * writers send), Scan, DescribeTable and DescribeTimeToLive over HTTP. It checks that a request is signed, but not by
 * whom.
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
  /** How many requests read items: BatchGetItem and Scan. */
  reads = 0;
  /** How many requests wrote an item: UpdateItem, refused ones too. */
  writes = 0;
  /** Called with each request before it is answered, with its input as DynamoDB's JSON has it. */
  onRequest: ((operation: string, input: unknown) => void) | undefined;
  /** The items and the description of the table: change them as you like. */
  readonly stored: RevocationItems;
  readonly #server: Server;
  readonly #clock: () => number;
  #outage: TableOutage | undefined;

  constructor(server: Server, { name, pageSize, clock }: Required<RevocationTableOptions>) {
    this.#server = server;
    this.#clock = clock;
    this.name = name;
    this.stored = new RevocationItems({ name, pageSize, createdAt: clock() });
    this.endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  /** The items by their partition key, such as `sub#auth0|alice`. */
  get items(): Map<string, StoredItem> {
    return this.stored.items;
  }

  /** Settings for an authorizer that reads this table. */
  get settings(): { revocationTable: string } {
    return { revocationTable: this.name };
  }

  /** AWS's variables for a process that reads or writes it. */
  get environment(): Record<string, string> {
    return {
      AWS_ENDPOINT_URL_DYNAMODB: this.endpoint,
      AWS_REGION: "eu-central-1",
      AWS_ACCESS_KEY_ID: "local",
      AWS_SECRET_ACCESS_KEY: "local",
    };
  }

  /**
   * Writes a revocation. An earlier time than the stored one changes nothing.
   *
   * @param notBefore seconds since the epoch; now, unless given
   */
  revoke(scope: RevocationScope, notBefore: number = Math.floor(this.#clock() / 1000)): void {
    const revocation = { scope, notBefore };
    this.stored.raise(revocation, expiryOf(revocation, Math.ceil(this.#clock() / 1000)));
  }

  /** Revokes all tokens of a user up to now, as a block or a deletion in Auth0 does. */
  revokeUser(sub: string, notBefore?: number): void {
    this.revoke({ kind: "sub", sub }, notBefore);
  }

  /** Revokes a user's tokens for one organization (`org_id`) up to now, as leaving it does. */
  revokeMember(organizationId: string, sub: string, notBefore?: number): void {
    this.revoke({ kind: "member", organizationId, sub }, notBefore);
  }

  /** Revokes the tokens of a session (`sid`), as a logout does. */
  revokeSession(sid: string): void {
    this.revoke({ kind: "sid", sid });
  }

  /** Revokes all tokens up to now that were issued to an application. */
  revokeClient(clientId: string, notBefore?: number): void {
    this.revoke({ kind: "client", clientId }, notBefore);
  }

  /** Revokes one token, and no other of its user. */
  revokeToken(token: string): void {
    this.revoke({ kind: "token", hash: tokenHash(token) });
  }

  /** Fails from now on; without an argument it works again. */
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
      const operation = String(request.headers["x-amz-target"]).replace(API, "");
      const input = parseJson(Buffer.concat(chunks).toString());
      if (READS.includes(operation)) this.reads += 1;
      if (operation === "UpdateItem") this.writes += 1;
      this.onRequest?.(operation, input);
      if (this.#outage === "silent") return;
      if (this.#outage === "reset") request.socket.destroy();
      else this.#send(response, this.#answerTo(operation, input, request.headers.authorization));
    });
  }

  #send(response: ServerResponse, { status, body }: Answer): void {
    const text = Buffer.from(JSON.stringify(body));
    response.writeHead(status, {
      "content-type": "application/x-amz-json-1.0",
      "content-length": text.length,
      date: new Date(this.#clock()).toUTCString(),
    });
    if (this.#outage === "half answer") response.write(text.subarray(0, text.length / 2));
    else response.end(text);
  }

  #answerTo(operation: string, input: unknown, authorization: string | undefined): Answer {
    if (typeof this.#outage === "object") return exception(this.#outage.exception, this.#outage.status);
    if (this.#outage === "throttled") return exception("ProvisionedThroughputExceededException");
    if (!authorization?.startsWith("AWS4-HMAC-SHA256 Credential="))
      return exception("MissingAuthenticationTokenException");
    if (input === undefined) return exception("SerializationException");
    const answer = this.stored.answer(operation, input);
    if (this.#outage !== "unprocessed keys" || operation !== "BatchGetItem" || answer.status !== 200)
      return answer;
    const { RequestItems: requested } = input as { readonly RequestItems: object };
    return { status: 200, body: { Responses: { [this.name]: [] }, UnprocessedKeys: requested } };
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
