import type { Adapter, AdapterFactory, AdapterPayload } from "oidc-provider";

/** What the tenant remembers of sessions, codes and tokens. */
export interface Memory {
  readonly adapter: AdapterFactory;
  /** Ends all sessions of a user, and names them: one for each application that the user signed in to. */
  endSessions(accountId: string): Promise<readonly Session[]>;
}

export interface Session {
  readonly clientId: string;
  /** What ID tokens and logout tokens call `sid`. */
  readonly sessionId: string;
}

interface Store extends Adapter {
  entries(): IterableIterator<[string, AdapterPayload]>;
}

interface Entry {
  readonly payload: AdapterPayload;
  readonly expiresAt: number;
}

/**
 * Memory for sessions, codes and tokens. One store for each model, kept outside the provider,
 * so that no user is signed out when a provider with other keys takes over.
 */
export function createMemory(): Memory {
  const stores = new Map<string, Store>();
  const storeOf = (model: string): Store => {
    const store = stores.get(model) ?? createStore();
    stores.set(model, store);
    return store;
  };
  return { adapter: storeOf, endSessions: (accountId) => endSessions(storeOf("Session"), accountId) };
}

async function endSessions(store: Store, accountId: string): Promise<readonly Session[]> {
  const own = [...store.entries()].filter(([, payload]) => payload.accountId === accountId);
  await Promise.all(own.map(([id]) => store.destroy(id)));
  return own.flatMap(([, { authorizations = {} }]) =>
    Object.entries(authorizations).flatMap(([clientId, { sid }]) =>
      sid === undefined ? [] : [{ clientId, sessionId: sid }],
    ),
  );
}

function createStore(): Store {
  const entries = new Map<string, Entry>();
  const payloads = () => [...entries.values()].filter(isAlive).map((entry) => entry.payload);
  const find = (id: string) => [entries.get(id)].find((entry) => entry && isAlive(entry))?.payload;

  /* eslint-disable @typescript-eslint/require-await -- the interface is asynchronous, for stores behind a network */
  return {
    entries: () => new Map([...entries].map(([id, { payload }]) => [id, payload])).entries(),
    upsert: async (id, payload, expiresIn = Infinity) => {
      entries.set(id, { payload, expiresAt: Date.now() + expiresIn * 1000 });
    },
    find: async (id) => find(id),
    findByUid: async (uid) => payloads().find((payload) => payload.uid === uid),
    findByUserCode: async (userCode) => payloads().find((payload) => payload.userCode === userCode),
    consume: async (id) => {
      const payload = find(id);
      if (payload) payload.consumed = Math.floor(Date.now() / 1000);
    },
    destroy: async (id) => {
      entries.delete(id);
    },
    revokeByGrantId: async (grantId) => {
      for (const [id, { payload }] of entries) if (payload.grantId === grantId) entries.delete(id);
    },
  };
}

function isAlive(entry: Entry): boolean {
  return entry.expiresAt > Date.now();
}
