import { createAuthorizer, type Authorizer } from "../../src/authorizer.ts";
import type { Settings } from "../../src/settings/settings.ts";
import { bearerEvent } from "../../src/testing/events.ts";
import { startRevocationTable, type RevocationTable } from "../../src/testing/revocation-table.ts";
import { startTenant, type Tenant } from "../../src/testing/tenant.ts";

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;

/** A tenant and a table by one clock, which a test moves on. */
export interface World {
  readonly tenant: Tenant;
  readonly table: RevocationTable;
  /** How far the clock is ahead of the machine's, in milliseconds. */
  later: number;
  /** By that clock, in milliseconds since the epoch. */
  now(): number;
  close(): Promise<void>;
}

export async function startWorld(): Promise<World> {
  const time = { later: 0 };
  const now = (): number => Date.now() + time.later;
  const tenant = await startTenant({ clock: now });
  const table = await startRevocationTable({ clock: now });
  const close = async (): Promise<void> => {
    await Promise.all([tenant.close(), table.close()]);
  };
  return Object.assign(time, { tenant, table, now, close });
}

/** An authorizer that reads the table. */
export class Reader {
  readonly authorize: Authorizer;
  /** Every line that it has logged. */
  readonly lines: Record<string, unknown>[] = [];
  readonly #world: World;

  /** @param skew how far its own clock is ahead, in milliseconds */
  constructor(world: World, settings: Partial<Settings> = {}, skew = (): number => 0) {
    this.#world = world;
    this.authorize = createAuthorizer(
      { ...world.tenant.settings, ...world.table.settings, ...settings },
      {
        clock: () => world.now() + skew(),
        env: world.table.environment,
        write: (line) => void this.lines.push(JSON.parse(line) as Record<string, unknown>),
      },
    );
  }

  /** `accepted`, or the reason. */
  async outcome(token = this.#world.tenant.idToken()): Promise<unknown> {
    await this.authorize(bearerEvent("rest-token", token)).catch(() => undefined);
    const decision = this.lines.findLast(({ event }) => event === "decision") ?? {};
    return decision["reason"] ?? decision["decision"];
  }

  events(name: string): Record<string, unknown>[] {
    return this.lines.filter(({ event }) => event === name);
  }

  /** Until a reading in the background has ended, however it did. */
  async afterSync(token?: string): Promise<void> {
    const { table } = this.#world;
    const before = table.reads;
    await this.outcome(token);
    await within(2000, () => table.reads > before);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Until something is so. */
export async function within(limitMs: number, isDone: () => boolean | Promise<boolean>): Promise<void> {
  const startedAt = performance.now();
  while (!(await isDone())) {
    if (performance.now() - startedAt > limitMs) throw new Error(`not within ${limitMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
