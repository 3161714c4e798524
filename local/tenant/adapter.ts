import type { Adapter, AdapterFactory, AdapterPayload } from "oidc-provider";

interface Entry {
  readonly payload: AdapterPayload;
  readonly expiresAt: number;
}

/**
 * Memory for sessions, codes and tokens. One store for each model, kept outside the provider,
 * so that nobody is signed out when a provider with other keys takes over.
 */
export function createMemory(): AdapterFactory {
  const stores = new Map<string, Adapter>();
  return (model) => {
    const store = stores.get(model) ?? createStore();
    stores.set(model, store);
    return store;
  };
}

function createStore(): Adapter {
  const entries = new Map<string, Entry>();
  const payloads = () => [...entries.values()].filter(isAlive).map((entry) => entry.payload);
  const find = (id: string) => [entries.get(id)].find((entry) => entry && isAlive(entry))?.payload;

  /* eslint-disable @typescript-eslint/require-await -- the interface is asynchronous, for stores behind a network */
  return {
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
