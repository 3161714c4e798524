import type { Send } from "../../src/remote/fetch.ts";
import { RevocationList } from "../../src/revocations/list.ts";
import type { TokenClaims } from "../../src/oauth/claims.ts";
import { TableReader } from "../../src/revocations/table-reader.ts";
import type { FleetTable } from "./revocation-table.ts";

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
const ISSUER = "https://acme.eu.auth0.com/";
/** A handshake and an answer within a region. */
const READING = 15;
/** How long a frozen connection lasts. */
const PATIENCE = 10 * SECOND;
/** Far more than anything awaits between two requests to the table. */
const MICROTASKS = 60;
/** What the settings have by default. */
const DEFAULTS = {
  table: "revocations",
  sessionClaim: undefined,
  retentionHours: 24,
  syncSeconds: 30,
  maxAgeSeconds: 60,
  staleIfErrorSeconds: 3600,
  unavailable: "refuse",
} as const;
const ENV = { AWS_REGION: "eu-central-1", AWS_ACCESS_KEY_ID: "a", AWS_SECRET_ACCESS_KEY: "b" };

/** Its answer is there in time, but is taken in only while the sandbox runs. */
interface Request {
  readonly dueAt: number;
  readonly deliver: () => void;
  readonly lose: () => void;
}

interface Container {
  readonly list: RevocationList;
  readonly open: Request[];
}

export interface FleetOptions {
  readonly table: FleetTable;
  readonly containers: number;
  readonly random: () => number;
}

/** `accepted`, or the reason, and how long the request waited. */
export interface Checked {
  readonly outcome: string;
  readonly waited: number;
}

/**
 * Containers that each keep a list, in virtual time. A sandbox is frozen the moment that its request is answered: a
 * reading in the background comes to its end when the next request thaws it, or is lost where that takes too long.
 */
export class RevocationFleet {
  readonly #options: FleetOptions;
  readonly #containers: (Container | undefined)[];
  now = 0;

  constructor(options: FleetOptions) {
    this.#options = options;
    this.#containers = Array.from({ length: options.containers });
  }

  /** One request at one container; time passes where it has to wait. */
  async check(index: number, subject: string, issuedAt: number): Promise<Checked> {
    const arrivedAt = this.now;
    const container = (this.#containers[index] ??= this.#start());
    await this.#thaw(container);
    let outcome: string | undefined;
    const check = async (): Promise<void> =>
      container.list.check("eyJh.eyJi.c2ln", claimsOf(subject, issuedAt));
    void check().then(
      () => (outcome = "accepted"),
      (error: unknown) => (outcome = (error as { readonly reason: string }).reason),
    );
    for (;;) {
      await settle(() => outcome !== undefined);
      if (outcome !== undefined) break;
      const request = container.open.shift();
      if (request === undefined) throw new Error("a request waits for nothing");
      this.now = Math.max(this.now, request.dueAt);
      request.deliver();
    }
    return { outcome, waited: this.now - arrivedAt };
  }

  async #thaw({ open }: Container): Promise<void> {
    for (const request of open.splice(0)) {
      if (this.now > request.dueAt + PATIENCE) request.lose();
      else if (this.now >= request.dueAt) request.deliver();
      else open.push(request);
    }
    await settle(() => false);
  }

  #start(): Container {
    const { table, random } = this.#options;
    const open: Request[] = [];
    const clock = (): number => this.now;
    const send: Send = ({ body = "" }) => {
      const answer = table.answer(body, this.now);
      return new Promise((resolve, reject) => {
        const lose = (): void => reject(new Error("read ECONNRESET"));
        open.push({ dueAt: this.now + READING, deliver: () => resolve(answer), lose });
      });
    };
    const reader = new TableReader({
      ...DEFAULTS,
      ...{ issuers: [ISSUER], env: ENV, send, clock, onLoss: () => undefined },
    });
    const list = new RevocationList({
      ...DEFAULTS,
      ...{ read: (timeoutMs: number) => reader.read(timeoutMs), clock, random },
      defer: (task) => task(),
      onFailure: () => undefined,
      onMissing: () => undefined,
    });
    return { list, open };
  }
}

function claimsOf(subject: string, issuedAt: number): TokenClaims {
  const seconds = Math.floor(issuedAt / SECOND);
  return {
    ...{ use: "id", issuer: ISSUER, subject, clientId: "WebApp", organization: undefined, actor: undefined },
    ...{ issuedAt: seconds, expiresAt: seconds + 36_000, all: {} },
  };
}

async function settle(isDone: () => boolean): Promise<void> {
  for (let task = 0; task < MICROTASKS && !isDone(); task += 1) await Promise.resolve();
}
