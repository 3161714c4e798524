import type { Send } from "../remote/fetch.ts";
import { dynamoDb, type AwsEnvironment, type CallDynamoDb } from "./dynamodb.ts";
import { PARTITION, revocationOf, sortKeyFrom } from "./item.ts";
import { RevokedTokens } from "./revoked-tokens.ts";

export interface TableReaderOptions {
  readonly table: string;
  /** Issuers whose tokens are accepted. */
  readonly issuers: readonly string[];
  /** The longest life of a token that is accepted. */
  readonly retentionHours: number;
  readonly env: AwsEnvironment;
  readonly send: Send;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  /** Revocations that have no effect, found by one reading: how many, and why. */
  readonly onLoss: (count: number, detail: string) => void;
}

/** Too many for the memory, and items that are none. */
interface Loss {
  dropped: number;
  malformed: number;
}

/** How far a reading has come that did not reach the end. */
interface Progress {
  /** The sort key from which it reads. */
  readonly from: string;
  /** When it began, in milliseconds since the epoch by AWS's clock. */
  readonly since: number;
  /** DynamoDB's `LastEvaluatedKey`. */
  readonly lastKey: object;
}

interface Page {
  readonly items: readonly unknown[];
  readonly lastKey: object | undefined;
  /** When it was read, in milliseconds since the epoch by AWS's clock. */
  readonly date: number;
}

/** For what is written with a clock that is slow, and for what one of DynamoDB's copies does not have yet. */
const OVERLAP_MS = 60_000;
/** Longer than any tolerance of a token's end, and than any clock may be off whose signatures AWS accepts. */
const MARGIN_MS = 600_000;
const FORGET_EVERY_MS = 3_600_000;
/** A page has about 7000 revocations. */
const MAX_PAGES = 50;
const PAGE_TIMEOUT_MS = 1500;
/** Without the attributes that a reader does not look at, a page is a quarter smaller. Its price is the same. */
const WHAT_IS_READ = {
  ProjectionExpression: "sk, kind, #value, issuer, notBefore",
  // A reserved word of DynamoDB's.
  ExpressionAttributeNames: { "#value": "value" },
};

/**
 * Reads a table of revocations: at first what was written within the longest life of a token, then what is new.
 *
 * What was read has its effect at once, whether or not the reading comes to its end; one that does not is taken up
 * where it stopped.
 */
export class TableReader {
  readonly #options: TableReaderOptions;
  readonly #call: CallDynamoDb;
  readonly #revoked: RevokedTokens;
  /** When the last complete reading began, in milliseconds since the epoch by AWS's clock. */
  #readUntil = -Infinity;
  #progress: Progress | undefined;
  #forgottenAt: number | undefined;

  constructor(options: TableReaderOptions) {
    this.#options = options;
    this.#call = dynamoDb(options);
    this.#revoked = new RevokedTokens(options.issuers);
  }

  /**
   * Reads what is new, to its end.
   *
   * @param timeoutMs the limit for all of it
   * @returns every revocation that was ever read: always the same object
   * @throws FetchError, DynamoDbError, or an Error where it takes too long
   */
  async read(timeoutMs: number): Promise<RevokedTokens> {
    const deadline = this.#options.clock() + timeoutMs;
    const loss = { dropped: 0, malformed: 0 };
    try {
      await this.#readPages(deadline, loss);
    } finally {
      const { dropped, malformed } = loss;
      const detail = `${dropped} too many, ${malformed} malformed`;
      if (dropped + malformed > 0) this.#options.onLoss(dropped + malformed, detail);
    }
    return this.#revoked;
  }

  async #readPages(deadline: number, loss: Loss): Promise<void> {
    let reading: Pick<Progress, "from"> & Partial<Progress> = this.#unfinished() ?? { from: this.#start() };
    for (let pages = 0; pages < MAX_PAGES; pages += 1) {
      const { items, lastKey, date } = await this.#page(reading, deadline);
      for (const item of items) this.#take(item, loss);
      const since = reading.since ?? date;
      if (lastKey === undefined) {
        this.#finish(since);
        return;
      }
      this.#progress = reading = { from: reading.from, since, lastKey };
    }
    throw new Error(`more than ${MAX_PAGES} pages at once`);
  }

  async #page({ from, lastKey }: Partial<Progress>, deadline: number): Promise<Page> {
    const { table, clock } = this.#options;
    const timeLeft = deadline - clock();
    if (timeLeft <= 0) throw new Error("the table is too long, or too slow, to be read at once");
    const query = {
      TableName: table,
      KeyConditionExpression: "pk = :pk AND sk >= :sk",
      ExpressionAttributeValues: { ":pk": { S: PARTITION }, ":sk": { S: from } },
      ...WHAT_IS_READ,
      ExclusiveStartKey: lastKey,
    };
    const { output, date = clock() } = await this.#call("Query", query, Math.min(timeLeft, PAGE_TIMEOUT_MS));
    return { ...readPage(output), date };
  }

  #take(item: unknown, loss: Loss): void {
    const revocation = revocationOf(item);
    if (revocation === undefined) loss.malformed += 1;
    else loss.dropped += this.#revoked.add(revocation);
  }

  /** By AWS's clock: one here that is wrong for a while must neither skip nor forget a revocation. */
  #finish(since: number): void {
    this.#progress = undefined;
    this.#readUntil = Math.max(this.#readUntil, since);
    // The first reading asked for nothing that is to be forgotten.
    this.#forgottenAt ??= since;
    if (since < this.#forgottenAt + FORGET_EVERY_MS) return;
    this.#forgottenAt = since;
    this.#revoked.forget(this.#oldest(since) / 1000);
  }

  /** A reading that a later one has overtaken is not taken up again. */
  #unfinished(): Progress | undefined {
    return this.#progress !== undefined && this.#progress.since > this.#readUntil
      ? this.#progress
      : undefined;
  }

  #start(): string {
    const isFirst = this.#readUntil === -Infinity;
    return sortKeyFrom(isFirst ? this.#oldest(this.#options.clock()) : this.#readUntil - OVERLAP_MS);
  }

  /** What was written before this ends no token any more. */
  #oldest(now: number): number {
    return now - this.#options.retentionHours * 3_600_000 - MARGIN_MS;
  }
}

function readPage(output: unknown): Omit<Page, "date"> {
  const { Items: items, LastEvaluatedKey: lastKey } = Object(output) as Readonly<Record<string, unknown>>;
  const isPage =
    Array.isArray(items) && (lastKey === undefined || (typeof lastKey === "object" && lastKey !== null));
  if (!isPage) throw new Error("DynamoDB answered Query with something that is no page of items");
  return { items, lastKey: lastKey };
}
