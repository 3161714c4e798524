import { describe, expect, test } from "@jest/globals";
import { FetchError } from "../../../src/http/fetch-error.ts";
import type { KeySet } from "../../../src/token/keys/remote-key-set.ts";
import { decodeUnverifiedJwt } from "../../../src/token/jwt.ts";
import { createSigningKey, signJwt } from "../../../src/testing/signing-key.ts";
import { HOUR, idle, jwks, MINUTE, outcome, SECOND, VirtualTenant } from "../virtual-tenant.ts";

const current = createSigningKey({ kid: "current" });
const next = createSigningKey({ kid: "next" });
const refused = new FetchError("connect ECONNREFUSED", { connectionFailed: true });
const unavailable = new FetchError("HTTP 503");

/** `waits` where a request does not end by itself. */
async function outcomeNow(keySet: KeySet, kid = "current"): Promise<string> {
  return Promise.race([outcome(keySet, kid), idle().then(() => "waits")]);
}

describe("while all is well, the key set", () => {
  test("fetches once for a thousand requests that come together", async () => {
    const tenant = new VirtualTenant();
    const keySet = tenant.keySet();
    const outcomes = Array.from({ length: 1000 }, () => outcome(keySet));
    await tenant.settle(jwks(current));
    expect(new Set(await Promise.all(outcomes))).toEqual(new Set(["accepted"]));
    expect(tenant.fetches).toHaveLength(1);
  });

  test("uses a fetch that was begun before the first request", async () => {
    const tenant = new VirtualTenant();
    const keySet = tenant.keySet();
    keySet.fetchIfEmpty();
    const first = outcome(keySet);
    await tenant.settle(jwks(current));
    expect(await first).toBe("accepted");
    expect(tenant.fetches).toHaveLength(1);
  });

  test("fetches nothing for half of the fresh time", async () => {
    const tenant = new VirtualTenant(jwks(current));
    const keySet = tenant.keySet();
    await outcome(keySet);
    tenant.now += 5 * MINUTE - 1;
    expect(await outcome(keySet)).toBe("accepted");
    expect(tenant.fetches).toHaveLength(1);
  });

  test.each([
    [0, 5 * MINUTE],
    [1, 7.5 * MINUTE],
  ])("refreshes in the background, spread by chance (%d: after %d ms)", async (random, due) => {
    const tenant = new VirtualTenant(jwks(current));
    const keySet = tenant.keySet({ random: () => random });
    await outcome(keySet);
    tenant.answer = undefined;
    tenant.now += due - 1;
    expect(await outcomeNow(keySet)).toBe("accepted");
    expect(tenant.fetches).toHaveLength(1);
    tenant.now += 1;
    expect(await outcomeNow(keySet)).toBe("accepted");
    expect(tenant.fetches).toHaveLength(2);
  });

  test("refuses a revoked key once the refresh has landed", async () => {
    const tenant = new VirtualTenant(jwks(current, next));
    const keySet = tenant.keySet();
    await outcome(keySet);
    tenant.answer = jwks(next);
    tenant.now += 5 * MINUTE;
    await outcome(keySet);
    await idle();
    expect(await outcome(keySet)).toBe("unknown_key");
    expect(await outcome(keySet, "next")).toBe("accepted");
  });

  test("takes new key material under an old key ID", async () => {
    const tenant = new VirtualTenant(jwks(current));
    const keySet = tenant.keySet();
    const before = await keySet.key("current");
    const reused = createSigningKey({ kid: "current" });
    tenant.answer = jwks(reused);
    tenant.now += 5 * MINUTE;
    await keySet.key("current");
    await idle();
    const after = await keySet.key("current");
    const token = decodeUnverifiedJwt(signJwt({ alg: "RS256", kid: "current" }, {}, reused));
    expect(() => after.verifySignature(token)).not.toThrow();
    expect(() => before.verifySignature(token)).toThrow("bad_signature");
  });

  test("counts the age of keys from the start of their fetch", async () => {
    const tenant = new VirtualTenant();
    const keySet = tenant.keySet();
    expect(keySet.ageSeconds()).toBeUndefined();
    const first = outcome(keySet);
    tenant.now += 1.4 * SECOND;
    await tenant.settle(jwks(current));
    await first;
    tenant.now += 8.6 * SECOND;
    expect(keySet.ageSeconds()).toBe(10);
  });

  test("keeps the same key for every request", async () => {
    const keySet = new VirtualTenant(jwks(current)).keySet();
    expect(await keySet.key("current")).toBe(await keySet.key("current"));
  });
});

describe("asked for a key that it does not have, the key set", () => {
  test("looks once, and finds a key that was not published beforehand", async () => {
    const tenant = new VirtualTenant(jwks(current));
    const keySet = tenant.keySet();
    await outcome(keySet);
    tenant.answer = jwks(current, next);
    tenant.now += 30 * SECOND;
    expect(await outcome(keySet, "next")).toBe("accepted");
  });

  test("looks once in 30 seconds for a thousand invented key IDs", async () => {
    const tenant = new VirtualTenant(jwks(current));
    const keySet = tenant.keySet();
    await outcome(keySet);
    tenant.now += 30 * SECOND;
    for (let index = 0; index < 1000; index += 1) {
      expect(await outcome(keySet, `invented-${index}`)).toBe("unknown_key");
      tenant.now += 29;
    }
    expect(tenant.fetches).toHaveLength(2);
  });

  test("may look sooner where keys are fresh for less than a minute", async () => {
    const tenant = new VirtualTenant(jwks(current));
    const keySet = tenant.keySet({ maxAgeSeconds: 10 });
    await outcome(keySet);
    tenant.now += 5 * SECOND;
    expect(await outcome(keySet, "invented")).toBe("unknown_key");
    expect(tenant.fetches).toHaveLength(2);
  });

  test("cannot tell while the tenant fails, and says which host failed and how", async () => {
    const tenant = new VirtualTenant(jwks(current));
    const keySet = tenant.keySet();
    await outcome(keySet);
    tenant.answer = unavailable;
    tenant.now += 30 * SECOND;
    await expect(keySet.key("invented")).rejects.toMatchObject({
      code: "keys_unavailable",
      detail: "tenant.example: HTTP 503",
      cause: unavailable,
    });
    expect(await outcome(keySet)).toBe("accepted");
    expect(tenant.failures).toEqual(["HTTP 503"]);
  });

  test("knows no key by a name that every object has", async () => {
    const keySet = new VirtualTenant(jwks(current)).keySet();
    expect(await outcome(keySet, "constructor")).toBe("unknown_key");
    expect(await outcome(keySet, "__proto__")).toBe("unknown_key");
  });
});

describe("while the tenant fails, the key set", () => {
  test("accepts known keys without waiting until the stale limit, then cannot tell", async () => {
    const tenant = new VirtualTenant(jwks(current));
    const keySet = tenant.keySet();
    await outcome(keySet);
    const fetchedAt = tenant.now;
    tenant.answer = refused;
    const waits: number[] = [];
    while (tenant.now + 20 * SECOND < fetchedAt + 70 * MINUTE) {
      tenant.now += 20 * SECOND;
      if ((await outcomeNow(keySet)) !== "accepted") waits.push(tenant.now - fetchedAt);
    }
    expect(waits).toEqual([]);
    tenant.now = fetchedAt + 70 * MINUTE;
    expect(await outcome(keySet)).toBe("keys_unavailable");
    tenant.answer = jwks(current);
    tenant.now += 1.3 * SECOND;
    expect(await outcome(keySet)).toBe("accepted");
  });

  test("never uses stale keys where that is switched off", async () => {
    const tenant = new VirtualTenant(jwks(current));
    const keySet = tenant.keySet({ staleIfErrorSeconds: 0 });
    await outcome(keySet);
    tenant.answer = refused;
    tenant.now += 10 * MINUTE - 1;
    expect(await outcome(keySet)).toBe("accepted");
    tenant.now += 1;
    expect(await outcome(keySet)).toBe("keys_unavailable");
  });

  test("waits for a fetch where the last failure is too long ago to prove an outage", async () => {
    const tenant = new VirtualTenant(jwks(current, next));
    const keySet = tenant.keySet();
    await outcome(keySet);
    tenant.answer = unavailable;
    tenant.now += 9 * MINUTE;
    await outcome(keySet);
    await idle();
    expect(tenant.failures).toHaveLength(1);
    tenant.answer = jwks(next);
    tenant.now += 2 * MINUTE;
    expect(await outcome(keySet)).toBe("unknown_key");
  });

  test.each([
    [0, [30, 60, 60]],
    [1, [39, 78, 78]],
  ])("backs off while it has keys, spread by chance (%d: %j s)", async (random, pauses) => {
    const tenant = new VirtualTenant(jwks(current));
    const keySet = tenant.keySet({ random: () => random });
    await outcome(keySet);
    tenant.answer = unavailable;
    tenant.now += 8 * MINUTE;
    const end = tenant.now + 4.5 * MINUTE;
    for (; tenant.now < end; tenant.now += SECOND) await outcome(keySet, "invented");
    const [, ...failed] = tenant.fetches;
    const measured = failed.slice(1).map((at, index) => (at - (failed[index] ?? 0)) / SECOND);
    expect(measured.slice(0, 3)).toEqual(pauses);
  });

  test.each([
    ["refused connections, with their retry", refused],
    ["answers of 503", unavailable],
  ])("fetches at most twice a second without keys: %s", async (_name, error) => {
    const tenant = new VirtualTenant(error);
    const keySet = tenant.keySet();
    const end = tenant.now + 20 * SECOND;
    for (; tenant.now < end; tenant.now += 10) {
      expect(await outcome(keySet, `invented-${tenant.now}`)).toBe("keys_unavailable");
    }
    for (const at of tenant.fetches) {
      expect(tenant.fetches.filter((other) => other >= at && other < at + SECOND).length).toBeLessThan(3);
    }
    expect(tenant.fetches.length).toBeGreaterThan(10);
  });

  test("notices within two seconds that the tenant is back, where it has no keys", async () => {
    const tenant = new VirtualTenant(refused);
    const keySet = tenant.keySet({ random: () => 1 });
    for (let second = 0; second < 60; second += 1) {
      await outcome(keySet);
      tenant.now += SECOND;
    }
    tenant.answer = jwks(current);
    tenant.now += SECOND;
    expect(await outcome(keySet)).toBe("accepted");
  });

  test("tries again the moment that its keys become too old, whatever the pause", async () => {
    const tenant = new VirtualTenant(jwks(current));
    const keySet = tenant.keySet({ staleIfErrorSeconds: 0 });
    await outcome(keySet);
    tenant.answer = unavailable;
    tenant.now += 10 * MINUTE - SECOND;
    expect(await outcome(keySet, "invented")).toBe("keys_unavailable");
    tenant.answer = jwks(current);
    tenant.now += SECOND;
    expect(await outcome(keySet)).toBe("accepted");
  });

  test("forgets the failure once the tenant is back", async () => {
    const tenant = new VirtualTenant(unavailable);
    const keySet = tenant.keySet();
    await outcome(keySet);
    tenant.answer = jwks(current);
    tenant.now += 2 * SECOND;
    expect(await outcome(keySet)).toBe("accepted");
    expect(await outcome(keySet, "invented")).toBe("unknown_key");
  });

  test.each([
    ["30 s", 30, 30],
    ["an hour, of which it takes a minute", 3600, 60],
  ])("waits as long as Retry-After asks: %s", async (_name, retryAfterSeconds, waited) => {
    const tenant = new VirtualTenant(
      new FetchError("HTTP 429", { status: 429, retryAfter: String(retryAfterSeconds) }),
    );
    const keySet = tenant.keySet();
    await outcome(keySet);
    tenant.answer = jwks(current);
    tenant.now += waited * SECOND - 1;
    expect(await outcome(keySet)).toBe("keys_unavailable");
    tenant.now += 1;
    expect(await outcome(keySet)).toBe("accepted");
  });

  test.each([
    ["a connection that failed once more", refused, 2],
    ["a wrong answer never again", unavailable, 1],
  ])("tries %s", async (_name, error, fetches) => {
    const tenant = new VirtualTenant(error);
    await outcome(tenant.keySet());
    expect(tenant.fetches).toHaveLength(fetches);
  });

  test("ends a fetch and its retry within 3.5 seconds, whatever the limit of one", async () => {
    const tenant = new VirtualTenant();
    const request = outcome(tenant.keySet({ timeoutMs: 3000 }));
    tenant.now += 3 * SECOND;
    await tenant.settle(refused);
    tenant.now += 0.5 * SECOND;
    await tenant.settle(refused);
    expect(await request).toBe("keys_unavailable");
    expect(tenant.limits).toEqual([3000, 500]);
  });

  test("does not let one request wait for two fetches that timed out", async () => {
    const tenant = new VirtualTenant();
    const request = outcome(tenant.keySet());
    for (let attempt = 0; attempt < 2; attempt += 1) {
      tenant.now += 1.5 * SECOND;
      await tenant.settle(refused);
    }
    expect(await request).toBe("keys_unavailable");
    expect(tenant.fetches).toHaveLength(2);
  });

  test.each(['{"keys":[]}', "null", "[]", "<html>", "\uFEFF{}", '{"keys":{}}', ""])(
    "keeps its keys when the tenant sends %j",
    async (answer) => {
      const tenant = new VirtualTenant(jwks(current));
      const keySet = tenant.keySet();
      await outcome(keySet);
      tenant.answer = answer;
      tenant.now += 5 * MINUTE;
      await outcome(keySet);
      await idle();
      expect(tenant.failures).toHaveLength(1);
      tenant.now += 30 * MINUTE;
      expect(await outcome(keySet)).toBe("accepted");
    },
  );
});

describe("frozen between two invocations, the key set", () => {
  test("waits once for a fetch where no refresh came to an end within the fresh time", async () => {
    const tenant = new VirtualTenant(jwks(current, next));
    const keySet = tenant.keySet();
    await outcome(keySet);
    tenant.answer = undefined;
    for (let minute = 5; minute < 10; minute += 1) {
      tenant.now += (minute === 5 ? 5 : 1) * MINUTE;
      expect(await outcomeNow(keySet)).toBe("accepted");
    }
    expect(tenant.fetches).toHaveLength(2);
    tenant.now += MINUTE;
    const waiting = outcome(keySet);
    expect(tenant.fetches).toHaveLength(3);
    await tenant.settle(jwks(next), 1);
    expect(await waiting).toBe("unknown_key");
  });

  test("does not take a fetch that failed on thawing for an outage", async () => {
    const tenant = new VirtualTenant(jwks(current, next));
    const keySet = tenant.keySet();
    await outcome(keySet);
    tenant.answer = undefined;
    tenant.now += 5 * MINUTE;
    await outcomeNow(keySet);
    tenant.now += 6 * MINUTE;
    await tenant.settle(refused);
    expect(tenant.failures).toEqual([]);
    tenant.answer = jwks(next);
    expect(await outcome(keySet)).toBe("unknown_key");
  });

  test("fetches anew for a request that was itself frozen", async () => {
    const tenant = new VirtualTenant();
    const request = outcome(tenant.keySet());
    tenant.now += 10 * MINUTE;
    tenant.answer = jwks(current);
    await tenant.settle(refused);
    expect(await request).toBe("accepted");
  });

  test("calls nothing an unknown key where a request was frozen twice", async () => {
    const tenant = new VirtualTenant();
    const request = outcome(tenant.keySet());
    for (let round = 0; round < 2; round += 1) {
      tenant.now += 10 * MINUTE;
      await tenant.settle(refused);
    }
    expect(await request).toBe("keys_unavailable");
  });

  test("does not let an old answer that arrives late replace newer keys", async () => {
    const tenant = new VirtualTenant();
    const keySet = tenant.keySet();
    keySet.fetchIfEmpty();
    tenant.now += HOUR;
    const request = outcome(keySet, "next");
    await tenant.settle(jwks(next), 1);
    await tenant.settle(jwks(current), 0);
    expect(await request).toBe("accepted");
    expect(await outcome(keySet, "current")).toBe("unknown_key");
  });
});

describe("with a snapshot, the key set", () => {
  const snapshot = (
    tenant: VirtualTenant,
    age: number,
  ): { readonly jwks: unknown; readonly takenAt: number } => ({
    jwks: JSON.parse(jwks(current)) as unknown,
    takenAt: tenant.now - age,
  });

  test("answers its first request without the network", async () => {
    const tenant = new VirtualTenant();
    const keySet = tenant.keySet({ snapshot: snapshot(tenant, 24 * HOUR) });
    keySet.fetchIfEmpty();
    expect(tenant.fetches).toHaveLength(0);
    expect(await outcomeNow(keySet)).toBe("accepted");
    expect(keySet.ageSeconds()).toBe(86_400);
  });

  test("begins its first fetch once the first answer is on its way", async () => {
    const tenant = new VirtualTenant();
    const tasks: (() => void)[] = [];
    const defer = (task: () => void): void => void tasks.push(task);
    const keySet = tenant.keySet({ snapshot: snapshot(tenant, 24 * HOUR), defer });
    expect(await outcomeNow(keySet)).toBe("accepted");
    expect(tenant.fetches).toHaveLength(0);
    for (const task of tasks) task();
    expect(tenant.fetches).toHaveLength(1);
  });

  test("asks the tenant nothing while the snapshot is young", async () => {
    const tenant = new VirtualTenant();
    const keySet = tenant.keySet({ snapshot: snapshot(tenant, 4 * MINUTE) });
    tenant.now += MINUTE - 1;
    expect(await outcomeNow(keySet)).toBe("accepted");
    expect(tenant.fetches).toHaveLength(0);
    tenant.now += 5 * MINUTE;
    expect(await outcomeNow(keySet)).toBe("accepted");
  });

  test("accepts a revoked key of the snapshot for 30 seconds at most", async () => {
    const tenant = new VirtualTenant();
    const frozen = (): void => undefined;
    const keySet = tenant.keySet({ snapshot: snapshot(tenant, 24 * HOUR), defer: frozen });
    expect(await outcomeNow(keySet)).toBe("accepted");
    tenant.answer = jwks(next);
    tenant.now += 30 * SECOND - 1;
    expect(await outcomeNow(keySet)).toBe("accepted");
    tenant.now += 1;
    expect(await outcome(keySet)).toBe("unknown_key");
  });

  test("lets a first request that comes hours after the start wait for nothing", async () => {
    const tenant = new VirtualTenant();
    const keySet = tenant.keySet({ snapshot: snapshot(tenant, 24 * HOUR) });
    tenant.now += 3 * HOUR;
    expect(await outcomeNow(keySet)).toBe("accepted");
  });

  test("gives fetched keys no such grace, however late their first request comes", async () => {
    const tenant = new VirtualTenant(jwks(current));
    const keySet = tenant.keySet();
    keySet.fetchIfEmpty();
    await idle();
    tenant.answer = jwks(next);
    tenant.now += HOUR;
    expect(await outcome(keySet)).toBe("unknown_key");
  });

  test("trusts no snapshot beyond its age, not even for the first seconds", async () => {
    const tenant = new VirtualTenant(jwks(next));
    const keySet = tenant.keySet({ snapshot: snapshot(tenant, HOUR), snapshotMaxAgeSeconds: 3610 });
    tenant.now += 10 * SECOND;
    expect(await outcome(keySet)).toBe("unknown_key");
  });

  test("lives on it through an outage until it is too old", async () => {
    const tenant = new VirtualTenant(refused);
    const keySet = tenant.keySet({ snapshot: snapshot(tenant, 24 * HOUR), snapshotMaxAgeSeconds: 172_800 });
    tenant.now += 24 * HOUR - 1;
    expect(await outcome(keySet)).toBe("accepted");
    tenant.now += 1;
    expect(await outcome(keySet)).toBe("keys_unavailable");
  });

  test("uses the tenant's newer keys in an outage at least as long as it would the snapshot", async () => {
    const tenant = new VirtualTenant(jwks(next));
    const keySet = tenant.keySet({ snapshot: snapshot(tenant, 24 * HOUR) });
    await outcome(keySet);
    await idle();
    tenant.answer = refused;
    tenant.now += 24 * HOUR;
    expect(await outcome(keySet, "next")).toBe("accepted");
    expect(await outcome(keySet, "current")).toBe("keys_unavailable");
  });

  test.each([
    ["too old", { age: 604_800 * SECOND }, []],
    ["switched off", { snapshotMaxAgeSeconds: 0 }, []],
    ["too old, and broken: that is not worth a warning", { age: 604_800 * SECOND, broken: {} }, []],
    ["of the future", { age: -MINUTE }, ["snapshot ignored: taken in the future"]],
    ["broken", { broken: { keys: [] } }, ["snapshot ignored: no usable RS256 key"]],
    ["no object", { broken: null }, ["snapshot ignored: not a JWK Set"]],
  ])("begins without it where it is %s", async (_name, { age = HOUR, broken, ...options }: Bad, failures) => {
    const tenant = new VirtualTenant(jwks(next));
    const taken = snapshot(tenant, age);
    const keySet = tenant.keySet({
      snapshot: broken === undefined ? taken : { ...taken, jwks: broken },
      ...options,
    });
    expect(await outcome(keySet, "next")).toBe("accepted");
    expect(await outcome(keySet, "current")).toBe("unknown_key");
    expect(tenant.failures).toEqual(failures);
  });

  test("uses one that was taken this very moment", async () => {
    const tenant = new VirtualTenant();
    const keySet = tenant.keySet({ snapshot: snapshot(tenant, 0) });
    expect(await outcomeNow(keySet)).toBe("accepted");
    expect(tenant.failures).toEqual([]);
  });

  interface Bad {
    readonly age?: number;
    readonly broken?: object | null;
    readonly snapshotMaxAgeSeconds?: number;
  }
});

describe("with a tenant that answers no, the key set", () => {
  const tooMany = new FetchError("HTTP 429", { status: 429 });
  const WEEK_OLD = 6 * 24 * HOUR;

  const packaged = (tenant: VirtualTenant, age: number) =>
    tenant.keySet({ snapshot: { jwks: JSON.parse(jwks(current)) as unknown, takenAt: tenant.now - age } });

  test.each([
    ["gets 429", tooMany],
    ["gets 404, as of a tenant that was deleted", new FetchError("HTTP 404", { status: 404 })],
  ])("keeps no packaged keys beyond the stale limit where it %s", async (_, answer) => {
    const tenant = new VirtualTenant(answer);
    const keySet = packaged(tenant, WEEK_OLD);
    expect(await outcomeNow(keySet)).toBe("accepted");
    await idle();
    tenant.now += 31 * SECOND;
    expect(await outcome(keySet)).toBe("keys_unavailable");
  });

  test("keeps packaged keys to the day before they are too old where the tenant cannot be reached", async () => {
    for (const outage of [refused, unavailable]) {
      const tenant = new VirtualTenant(outage);
      const keySet = packaged(tenant, WEEK_OLD);
      await outcome(keySet);
      tenant.now += 31 * SECOND;
      expect(await outcome(keySet)).toBe("accepted");
    }
  });

  test("keeps packaged keys that are young to the stale limit, to the second", async () => {
    const tenant = new VirtualTenant(tooMany);
    const keySet = packaged(tenant, 5 * MINUTE);
    const staleUntil = tenant.now + 5 * MINUTE + HOUR;
    while (tenant.now < staleUntil - MINUTE) {
      tenant.now += 30 * SECOND;
      expect(await outcome(keySet)).toBe("accepted");
      await idle();
    }
    tenant.now = staleUntil;
    expect(await outcome(keySet)).toBe("keys_unavailable");
  });

  test("keeps fetched keys to the stale limit", async () => {
    const tenant = new VirtualTenant(jwks(current));
    const keySet = tenant.keySet();
    await outcome(keySet);
    tenant.answer = tooMany;
    tenant.now += 11 * MINUTE;
    expect(await outcome(keySet)).toBe("accepted");
    tenant.now += HOUR;
    expect(await outcome(keySet)).toBe("keys_unavailable");
  });
});

describe("under a clock that goes back, the key set", () => {
  const fetchedAnHourAhead = async () => {
    const tenant = new VirtualTenant(jwks(current));
    tenant.now += HOUR;
    const keySet = tenant.keySet();
    await outcome(keySet);
    tenant.now -= HOUR;
    return { tenant, keySet };
  };

  test("asks the tenant at once, and refuses a key that was revoked meanwhile", async () => {
    const { tenant, keySet } = await fetchedAnHourAhead();
    tenant.answer = jwks(next);
    expect(await outcome(keySet)).toBe("unknown_key");
    expect(await outcome(keySet, "next")).toBe("accepted");
  });

  test("keeps its keys for an outage, but no longer than stale keys of this hour", async () => {
    const { tenant, keySet } = await fetchedAnHourAhead();
    tenant.answer = unavailable;
    expect(await outcome(keySet)).toBe("accepted");
    tenant.now += HOUR - SECOND;
    expect(await outcome(keySet)).toBe("accepted");
    tenant.now += SECOND;
    expect(await outcome(keySet)).toBe("keys_unavailable");
  });

  test("tries again at once after a failure that lies in the future", async () => {
    const tenant = new VirtualTenant(unavailable);
    tenant.now += HOUR;
    const keySet = tenant.keySet();
    expect(await outcome(keySet)).toBe("keys_unavailable");
    tenant.now -= HOUR;
    tenant.answer = jwks(current);
    expect(await outcome(keySet)).toBe("accepted");
  });

  test("makes nothing of a clock that is put right by less than a second", async () => {
    const tenant = new VirtualTenant(jwks(current));
    const keySet = tenant.keySet();
    await outcome(keySet);
    tenant.now -= SECOND;
    expect(await outcome(keySet)).toBe("accepted");
    expect(tenant.fetches).toHaveLength(1);
  });
});

test("without keys and without an error to tell, the detail says that there was no answer", async () => {
  const tenant = new VirtualTenant();
  const rejection = expect(tenant.keySet().key("current")).rejects.toThrow(
    "keys_unavailable: tenant.example: no answer",
  );
  // Each fetch is frozen with its sandbox, and its connection is lost meanwhile: that says nothing about the tenant.
  for (let round = 0; round < 2; round += 1) {
    tenant.now += 5 * SECOND;
    await tenant.settle(refused);
  }
  await rejection;
});

test("the state says how old the keys are and why the last fetch failed", async () => {
  const tenant = new VirtualTenant(unavailable);
  const keySet = tenant.keySet();
  await outcome(keySet);
  expect(keySet.state).toMatchObject({ freshness: "absent", failure: unavailable });
});
