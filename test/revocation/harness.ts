import { createAuthorizer, type Authorizer } from "../../src/authorizer/create-authorizer.ts";
import type { Settings } from "../../src/settings/settings.ts";
import { bearerEvent } from "../../src/testing/events.ts";
import { startRevocationTable, type RevocationTable } from "../../src/testing/revocation-table.ts";
import { startFakeTenant, type FakeTenant } from "../../src/testing/tenant.ts";

/** A tenant and a table by one clock, which a test moves on. */
export interface World {
  readonly tenant: FakeTenant;
  readonly table: RevocationTable;
  /** How far the clock was moved on, in milliseconds: it stands still otherwise. */
  later: number;
  /** By that clock, in milliseconds since the epoch. */
  now(): number;
  close(): Promise<void>;
}

export async function startWorld(): Promise<World> {
  const time = { later: 0 };
  const startedAt = Date.now();
  const now = (): number => startedAt + time.later;
  const tenant = await startFakeTenant({ clock: now });
  const table = await startRevocationTable({ clock: now });
  const close = async (): Promise<void> => {
    await Promise.all([tenant.close(), table.close()]);
  };
  return Object.assign(time, { tenant, table, now, close });
}

/** An authorizer that asks the table. */
export class Reader {
  readonly authorize: Authorizer;
  /** Every line that it has logged. */
  readonly lines: Record<string, unknown>[] = [];
  readonly #world: World;

  constructor(world: World, settings: Partial<Settings> = {}, env: Record<string, string> = {}) {
    this.#world = world;
    this.authorize = createAuthorizer(
      { ...world.tenant.settings, ...world.table.settings, ...settings },
      {
        clock: () => world.now(),
        env: { ...world.table.environment, ...env },
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
}
