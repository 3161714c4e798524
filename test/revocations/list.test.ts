import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import type { TokenClaims } from "../../src/oauth/claims.ts";
import { RevocationList } from "../../src/revocations/list.ts";
import { RevokedTokens, tokenHash } from "../../src/revocations/revoked-tokens.ts";
import { ALICE } from "../../src/testing/tenant.ts";
import { MINUTE, Reader, SECOND, startWorld, within, type World } from "./world.ts";

const SESSION_CLAIM = "https://example.com/session_id";

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.close());

const seconds = (): number => Math.floor(world.now() / 1000);

describe("whoever is revoked", () => {
  test.each([
    ["everybody", { kind: "all" }],
    ["a user", { kind: "sub", value: "auth0|alice" }],
    ["an application", { kind: "client", value: "test-application" }],
  ] as const)("%s: tokens of before are refused, those of afterwards are not", async (_, revocation) => {
    const tokens = [
      world.tenant.idToken(),
      world.tenant.accessToken(),
      world.tenant.accessToken({ profile: "rfc9068" }),
    ];
    world.table.revoke(revocation);
    const reader = new Reader(world);
    for (const token of tokens) expect(await reader.outcome(token)).toBe("revoked");
    expect(reader.lines.at(-1)).toMatchObject({ detail: revocation.kind, decision: "no-valid-token" });
    world.later += SECOND;
    expect(await reader.outcome()).toBe("accepted");
    expect(await reader.outcome(world.tenant.accessToken())).toBe("accepted");
  });

  test("a user: nobody else is", async () => {
    const token = world.tenant.idToken();
    world.table.revoke({ kind: "sub", value: "auth0|alice" });
    const reader = new Reader(world);
    expect(await reader.outcome(token)).toBe("revoked");
    expect(await reader.outcome(world.tenant.idToken({ user: { ...ALICE, sub: "auth0|bob" } }))).toBe(
      "accepted",
    );
  });

  test("a session: its ID tokens by sid, its access tokens by AUTH0_SESSION_CLAIM", async () => {
    world.table.revoke({ kind: "sid", value: "s1" });
    const reader = new Reader(world, { sessionClaim: SESSION_CLAIM });
    const { tenant } = world;
    expect(await reader.outcome(tenant.idToken({ claims: { sid: "s1" } }))).toBe("revoked");
    expect(await reader.outcome(tenant.idToken({ claims: { sid: "s2" } }))).toBe("accepted");
    expect(await reader.outcome(tenant.accessToken({ claims: { [SESSION_CLAIM]: "s1" } }))).toBe("revoked");
    expect(await reader.outcome(tenant.accessToken({ claims: { [SESSION_CLAIM]: "s2" } }))).toBe("accepted");
    expect(await reader.outcome(tenant.accessToken({ claims: { sid: "s1" } }))).toBe("accepted");
    const without = new Reader(world);
    expect(await without.outcome(tenant.accessToken({ claims: { [SESSION_CLAIM]: "s1" } }))).toBe("accepted");
  });

  test("one token: no other of the same user", async () => {
    const token = world.tenant.idToken();
    const other = world.tenant.idToken({ claims: { nonce: "another" } });
    world.table.revoke({ kind: "token", value: tokenHash(token) });
    const reader = new Reader(world);
    expect(await reader.outcome(token)).toBe("revoked");
    expect(await reader.outcome(other)).toBe("accepted");
  });

  test("a machine and an anonymous session, by subject and by application", async () => {
    const { tenant, table } = world;
    const machines = ["job", "other-job"].map((clientId) => tenant.machineToken({ clientId }));
    const visitors = ["anon@1", "anon@2"].map((sub) => tenant.accessToken({ user: { sub } }));
    table.revoke({ kind: "sub", value: "anon@1" });
    table.revoke({ kind: "client", value: "job" });
    const reader = new Reader(world, { allowMachines: true, allowAnonymous: true, email: "optional" });
    const outcomes: unknown[] = [];
    for (const token of [...machines, ...visitors]) outcomes.push(await reader.outcome(token));
    expect(outcomes).toEqual(["revoked", "accepted", "revoked", "accepted"]);
  });

  test("of another issuer: nobody here", async () => {
    world.table.revoke({ kind: "all", issuer: "https://other.example/" });
    const token = world.tenant.idToken();
    expect(await new Reader(world).outcome(token)).toBe("accepted");
    world.table.revoke({ kind: "all", issuer: world.tenant.issuer });
    expect(await new Reader(world).outcome(token)).toBe("revoked");
  });

  test("is told only once the signature is known to be good", async () => {
    world.table.revoke({ kind: "all" });
    const token = world.tenant.idToken();
    const changed = `${token.slice(0, -8)}AAAAAAAA`;
    expect(await new Reader(world).outcome(changed)).toBe("bad_signature");
  });
});

describe("a token that lives longer than revocations are kept", () => {
  const living = (life: number): string =>
    world.tenant.idToken({ claims: { iat: seconds(), exp: seconds() + life } });

  test("is refused, and one that lives just as long is not", async () => {
    const reader = new Reader(world);
    expect(await reader.outcome(living(24 * 3600))).toBe("accepted");
    expect(await reader.outcome(living(24 * 3600 + 1))).toBe("invalid_claim");
    expect(reader.lines.at(-1)).toMatchObject({ detail: "exp: longer than 86400 s after iat" });
  });

  test("is accepted where REVOCATION_RETENTION_HOURS says so, or where there is no table", async () => {
    const token = living(24 * 3600 + 1);
    expect(await new Reader(world, { revocationRetentionHours: 25 }).outcome(token)).toBe("accepted");
    expect(await new Reader(world, { revocationTable: undefined as never }).outcome(token)).toBe("accepted");
  });
});

describe("the list", () => {
  test("is read during the init phase, before any request", async () => {
    new Reader(world);
    await within(1000, () => world.table.reads === 1);
  });

  test("is read after the keys' request has left, or for a caller who comes before", async () => {
    const deferred: (() => void)[] = [];
    let readings = 0;
    const read = (): Promise<RevokedTokens> => {
      readings += 1;
      return Promise.resolve(new RevokedTokens([]));
    };
    const listWith = (): RevocationList =>
      new RevocationList({
        ...{ table: "revocations", sessionClaim: undefined, unavailable: "refuse", retentionHours: 24 },
        ...{ syncSeconds: 30, maxAgeSeconds: 60, staleIfErrorSeconds: 3600 },
        ...{ clock: Date.now, random: Math.random, onFailure: () => undefined, onMissing: () => undefined },
        ...{ read, defer: (task) => deferred.push(task) },
      });
    listWith();
    expect(readings).toBe(0);
    deferred.pop()?.();
    expect(readings).toBe(1);
    await listWith().check("", { issuedAt: 0, expiresAt: 1, all: {} } as TokenClaims);
    expect(readings).toBe(2);
    deferred.pop()?.();
    expect(readings).toBe(2);
  });

  test("is not read where no table is named", async () => {
    const reader = new Reader(world, { revocationTable: undefined as never });
    expect(await reader.outcome()).toBe("accepted");
    expect(world.table.reads).toBe(0);
    expect(reader.lines.at(-1)).not.toHaveProperty("revocation_list_age_seconds");
  });

  test("is read again in the background after 24 to 36 seconds: no request waits for it", async () => {
    const reader = new Reader(world);
    const token = world.tenant.idToken({ claims: { sid: "s1" } });
    expect(await reader.outcome(token)).toBe("accepted");
    world.later += 23 * SECOND;
    expect(await reader.outcome(token)).toBe("accepted");
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(world.table.reads).toBe(1);
    world.table.revoke({ kind: "sid", value: "s1" });
    world.later += 13 * SECOND;
    expect(await reader.outcome(token)).toBe("accepted");
    await within(1000, async () => (await reader.outcome(token)) === "revoked");
    expect(world.table.reads).toBe(2);
  });

  test("is waited for from its maximal age on", async () => {
    const reader = new Reader(world);
    const token = world.tenant.idToken({ claims: { sid: "s1" } });
    expect(await reader.outcome(token)).toBe("accepted");
    world.table.revoke({ kind: "sid", value: "s1" });
    world.later += MINUTE;
    expect(await reader.outcome(token)).toBe("revoked");
    expect(world.table.reads).toBe(2);
  });

  test("is asked for what is new, and a minute more", async () => {
    const asked: string[] = [];
    const { table } = world;
    const answer = table.answer.bind(table);
    table.answer = (request, response) => {
      request.on("data", (chunk: Buffer) => asked.push(String(chunk)));
      answer(request, response);
    };
    const reader = new Reader(world);
    await reader.outcome();
    const readAt = world.now();
    world.later += MINUTE;
    await reader.outcome();
    const from = asked.map((text) => {
      const { ExpressionAttributeValues: values } = JSON.parse(text) as {
        ExpressionAttributeValues: Record<string, { S: string }>;
      };
      return Date.parse(values[":sk"]?.S ?? "");
    });
    const DAY_AND_MARGIN = 24 * 60 * MINUTE + 10 * MINUTE;
    expect(Math.abs((from[0] ?? 0) - (readAt - DAY_AND_MARGIN))).toBeLessThan(2 * SECOND);
    expect(Math.abs((from[1] ?? 0) - (readAt - MINUTE))).toBeLessThan(2 * SECOND);
  });

  test("has its age in every decision, as a metric too", async () => {
    const reader = new Reader(world);
    await reader.outcome();
    world.later += 20 * SECOND;
    await reader.outcome();
    expect(reader.lines.at(-1)).toMatchObject({ revocation_list_age_seconds: 20, RevocationListAge: 20 });
    expect(JSON.stringify(reader.lines.at(-1)?.["_aws"])).toContain(
      '"Name":"RevocationListAge","Unit":"Seconds"',
    );
  });
});
