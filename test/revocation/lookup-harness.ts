import type { TokenClaims } from "../../src/token/claims.ts";
import { FetchError } from "../../src/http/fetch-error.ts";
import { DynamoDbError, type CallDynamoDb } from "../../src/revocation/dynamodb.ts";
import {
  createRevocationLookup,
  type RevocationLookupOptions,
  type TableLookup,
} from "../../src/revocation/lookup.ts";
import type { RevocationEvent } from "../../src/logging/events.ts";
import { RevocationItems } from "../../src/testing/revocation-items.ts";

/** Seconds since the epoch at which the clock starts. */
export const NOW = 1_800_000_000;
const SESSION_CLAIM = "https://example.com/session_id";
export const TOKEN = "eyJh.eyJi.c2ln";

/** What becomes of one request to the table: an error, or a change of the answer that it would give. */
export type Behaviour = Error | ((output: object) => unknown);

export const OUTAGES = {
  reset: new FetchError("socket hang up", { connectionFailed: true }),
  timeout: new FetchError("no complete answer within 300 ms", { connectionFailed: true }),
  "HTTP 500": new DynamoDbError("BatchGetItem", "InternalServerError", 500),
  "HTTP 503": new DynamoDbError("BatchGetItem", "HTTP 503", 503),
} as const;
export const THROTTLED = new DynamoDbError("BatchGetItem", "ProvisionedThroughputExceededException", 400);

/** Leaves these keys unprocessed, or all of them. */
export function unprocessed(...ids: readonly string[]): Behaviour {
  return (output) => {
    const { Responses: responses } = output as { Responses: Record<string, { id: { S: string } }[]> };
    const [items = []] = Object.values(responses);
    const left = ids.length === 0 ? ALL_KEYS.last : ids;
    return {
      Responses: { revocations: items.filter(({ id }) => !left.includes(id.S)) },
      UnprocessedKeys: { revocations: { Keys: left.map((id) => ({ id: { S: id } })) } },
    };
  };
}
const ALL_KEYS: { last: readonly string[] } = { last: [] };

/** One request that the table received. */
interface Asked {
  readonly connection: "kept" | "fresh";
  readonly timeoutMs: number;
  readonly keys: readonly string[];
}

/** A lookup and a table without any network, at a clock that stands still until it is moved. */
export class Harness {
  readonly stored = new RevocationItems({ name: "revocations", pageSize: 100, createdAt: 0 });
  readonly asked: Asked[] = [];
  readonly events: RevocationEvent[] = [];
  /** What becomes of the next requests, each once. */
  next: Behaviour[] = [];
  /** What becomes of every request after these. */
  always: Behaviour | undefined;
  /** Milliseconds since the epoch. */
  now = NOW * 1000;
  readonly lookup: TableLookup;

  constructor(options: Partial<RevocationLookupOptions> = {}) {
    this.lookup = createRevocationLookup({
      table: "revocations",
      kept: this.#call("kept"),
      fresh: this.#call("fresh"),
      onFailure: "error",
      sessionClaim: SESSION_CLAIM,
      clock: () => this.now,
      // The longest pauses.
      random: () => 1,
      onEvent: (event) => this.events.push(event),
      ...options,
    });
  }

  /** `accepted`, or the reason and its detail. */
  async outcome(claims: TokenClaims = toClaims(), token = TOKEN): Promise<string> {
    const refusal = await this.lookup.find(token, claims);
    return refusal === undefined ? "accepted" : `${refusal.reason}: ${refusal.detail}`;
  }

  /** How many events of this name there were. */
  count(name: RevocationEvent["event"]): number {
    return this.events.filter(({ event }) => event === name).length;
  }

  #call(connection: Asked["connection"]): CallDynamoDb {
    return async (operation, input, timeoutMs) => {
      const { RequestItems: requested } = input as Requested;
      const keys = requested["revocations"]?.Keys.map(({ id }) => id.S) ?? [];
      this.asked.push({ connection, timeoutMs, keys });
      ALL_KEYS.last = keys;
      await Promise.resolve();
      const behaviour = this.next.shift() ?? this.always;
      if (behaviour instanceof Error) throw behaviour;
      const { status, body } = this.stored.answer(operation, input);
      if (status !== 200) throw new DynamoDbError(operation, (body as { __type: string }).__type, status);
      return { output: behaviour === undefined ? body : behaviour(body), date: undefined };
    };
  }
}

interface Requested {
  readonly RequestItems: Readonly<Record<string, { readonly Keys: readonly { id: { S: string } }[] }>>;
}

interface TokenParts {
  readonly use?: "id" | "access";
  readonly sub?: string;
  readonly actors?: readonly string[];
  readonly clientId?: string | undefined;
  readonly org?: string | undefined;
  readonly sid?: unknown;
  /** Seconds since the epoch. */
  readonly iat?: number;
}

/** The claims of a token that was issued a minute ago. */
export function toClaims(parts: TokenParts = {}): TokenClaims {
  const { use = "id", sub = "auth0|alice", actors = [], org, sid, iat = NOW - 60 } = parts;
  const clientId = "clientId" in parts ? parts.clientId : "WebApp";
  return {
    issuer: "https://acme.eu.auth0.com/",
    subject: sub,
    audience: "WebApp",
    issuedAt: iat,
    expiresAt: NOW + 3600,
    organization: org === undefined ? undefined : { id: org, name: undefined },
    actors,
    all: { ...(sid !== undefined && { [use === "id" ? "sid" : SESSION_CLAIM]: sid }) },
    ...(use === "id"
      ? { use, clientId: clientId ?? "" }
      : { use, clientId, scopes: [], permissions: [], grantTypes: [] }),
  };
}
