import type { HttpResponse } from "../../src/remote/fetch.ts";
import { itemOf } from "../../src/revocations/item.ts";
import type { Revocation } from "../../src/revocations/revocation.ts";

const SECOND = 1000;
/** What one partition of a table gives. */
const UNITS_PER_SECOND = 3000;
/** By DynamoDB's count, for values of Auth0's length. */
const ITEM_BYTES = 140;
const PAGE_BYTES = 1_000_000;

interface Written {
  readonly at: number;
  readonly item: object;
}

export interface FleetTableOptions {
  /** For how many items each one counts that is kept: a long list would not fit into memory two thousand times. */
  readonly weight?: number;
}

/** A table in virtual time, which counts what it is asked and gives no more than DynamoDB would. */
export class FleetTable {
  queries = 0;
  units = 0;
  throttled = 0;
  isDown = false;
  readonly #written: Written[] = [];
  readonly #itemBytes: number;
  #available = UNITS_PER_SECOND;
  #filledAt = -Infinity;

  constructor({ weight = 1 }: FleetTableOptions = {}) {
    this.#itemBytes = ITEM_BYTES * weight;
  }

  write(revocation: Omit<Revocation, "notBefore">, at: number): void {
    const stated = { ...revocation, notBefore: Math.floor(at / SECOND) };
    this.#written.push({ at, item: itemOf(stated, { writtenAt: at, retentionHours: 24 }) });
  }

  /** Answers a Query at once; how long that takes is the caller's business. */
  answer(body: string, now: number): HttpResponse {
    this.queries += 1;
    if (this.isDown) return refusal(500, "InternalServerError");
    const { ExpressionAttributeValues: values, ExclusiveStartKey: after } = JSON.parse(body) as Query;
    const from = Math.max(Date.parse(values[":sk"].S), after === undefined ? 0 : Date.parse(after.sk.S) + 1);
    const found = this.#written.slice(this.#firstFrom(from));
    const page = found.slice(0, Math.floor(PAGE_BYTES / this.#itemBytes));
    if (!this.#take(Math.max(1, Math.ceil((page.length * this.#itemBytes) / 4096)) / 2, now)) {
      this.throttled += 1;
      return refusal(400, "ThrottlingException");
    }
    const last = page.at(-1);
    const more = last !== undefined && page.length < found.length && lastKeyOf(last.at);
    const text = JSON.stringify({ Items: page.map(({ item }) => item), ...more });
    return { status: 200, headers: { date: new Date(now).toUTCString() }, text };
  }

  #firstFrom(time: number): number {
    let [low, high] = [0, this.#written.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#written[middle]?.at ?? Infinity) < time) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #take(units: number, now: number): boolean {
    const refilled = ((now - this.#filledAt) / SECOND) * UNITS_PER_SECOND;
    this.#available = Math.min(UNITS_PER_SECOND, this.#available + refilled);
    this.#filledAt = now;
    if (this.#available < units) return false;
    this.#available -= units;
    this.units += units;
    return true;
  }
}

interface Query {
  readonly ExpressionAttributeValues: { readonly ":sk": { readonly S: string } };
  readonly ExclusiveStartKey?: { readonly sk: { readonly S: string } };
}

function refusal(status: number, type: string): HttpResponse {
  return { status, headers: {}, text: JSON.stringify({ __type: type }) };
}

function lastKeyOf(at: number): object {
  return { LastEvaluatedKey: { pk: { S: "r" }, sk: { S: new Date(at).toISOString() } } };
}
