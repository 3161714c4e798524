import { describe, expect, test } from "@jest/globals";
import { tokenHash } from "../../src/revocation/item.ts";
import type { RevocationScope } from "../../src/revocation/revocation.ts";
import { Harness, NOW, TOKEN, toClaims } from "./lookup-harness.ts";

const ISSUED = NOW - 60;
const DELEGATED = { sub: "auth0|alice", actors: ["auth0|agent", "auth0|earlier"], org: "org_1", sid: "s1" };

function revoke(harness: Harness, scope: RevocationScope, notBefore = NOW): void {
  harness.stored.raise({ scope, notBefore }, undefined);
}

/** Every kind of revocation that covers the token of {@link DELEGATED}, and the detail of the refusal. */
const KINDS: readonly (readonly [string, RevocationScope, string])[] = [
  ["user", { kind: "sub", sub: "auth0|alice" }, "sub"],
  ["current actor", { kind: "sub", sub: "auth0|agent" }, "act"],
  ["earlier actor", { kind: "sub", sub: "auth0|earlier" }, "act"],
  ["membership", { kind: "member", organizationId: "org_1", sub: "auth0|alice" }, "member"],
  ["session", { kind: "sid", sid: "s1" }, "sid"],
  ["application", { kind: "client", clientId: "WebApp" }, "client"],
  ["token", { kind: "token", hash: tokenHash(TOKEN) }, "token"],
];
const isByTime = ({ kind }: RevocationScope): boolean => kind !== "sid" && kind !== "token";

describe("a token is refused by the revocation of its", () => {
  test.each(KINDS)("%s", async (_, scope, detail) => {
    const harness = new Harness();
    revoke(harness, scope);
    expect(await harness.outcome(toClaims(DELEGATED))).toBe(`revoked: ${detail}`);
  });

  test.each(KINDS.filter(([, scope]) => isByTime(scope)))(
    "%s up to the second in which it was issued",
    async (_, scope) => {
      const before = new Harness();
      revoke(before, scope, ISSUED - 1);
      expect(await before.outcome(toClaims(DELEGATED))).toBe("accepted");
      const same = new Harness();
      revoke(same, scope, ISSUED);
      expect(await same.outcome(toClaims({ ...DELEGATED, iat: ISSUED + 0.5 }))).toMatch(/^revoked/);
    },
  );

  test.each(KINDS.filter(([, scope]) => !isByTime(scope)))("%s, whenever it was issued", async (_, scope) => {
    const harness = new Harness();
    revoke(harness, scope, 0);
    expect(await harness.outcome(toClaims(DELEGATED))).toMatch(/^revoked/);
  });
});

describe("a token is accepted where another one is revoked:", () => {
  test.each<readonly [string, RevocationScope]>([
    ["user", { kind: "sub", sub: "auth0|bob" }],
    ["user, whose name begins with this one's", { kind: "sub", sub: "auth0|alice2" }],
    ["organization of this user", { kind: "member", organizationId: "org_2", sub: "auth0|alice" }],
    ["member of this organization", { kind: "member", organizationId: "org_1", sub: "auth0|bob" }],
    ["session", { kind: "sid", sid: "s2" }],
    ["session with the name of this user", { kind: "sid", sid: "auth0|alice" }],
    ["application", { kind: "client", clientId: "Other" }],
    ["token", { kind: "token", hash: tokenHash("eyJh.eyJj.c2ln") }],
  ])("%s", async (_, scope) => {
    const harness = new Harness();
    revoke(harness, scope);
    expect(await harness.outcome(toClaims(DELEGATED))).toBe("accepted");
  });
});

describe("no revocation hides another", () => {
  const pairs = KINDS.flatMap((first) =>
    KINDS.filter((second) => second !== first).map((second) => [first, second] as const),
  );

  test.each(pairs.map((pair) => [pair[0][0], pair[1][0], ...pair] as const))(
    "%s after the token, then %s long before it",
    async (_first, _second, [, covering], [, early]) => {
      for (const order of [
        [covering, early],
        [early, covering],
      ] as const) {
        const harness = new Harness();
        for (const scope of order) {
          revoke(harness, scope, scope === covering ? NOW : ISSUED - 3600);
          await harness.outcome(toClaims({ ...DELEGATED, iat: NOW + 1 }));
          // An application is asked for again by then.
          harness.now += 10_000;
        }
        expect(await harness.outcome(toClaims(DELEGATED))).toMatch(/^revoked/);
      }
    },
  );

  test.each(KINDS)("%s: an earlier time takes nothing back", async (_, scope) => {
    const harness = new Harness();
    revoke(harness, scope);
    revoke(harness, scope, ISSUED - 3600);
    expect(await harness.outcome(toClaims(DELEGATED))).toMatch(/^revoked/);
  });
});

describe("the keys of a lookup", () => {
  test("are asked for once, by one request", async () => {
    const harness = new Harness();
    expect(await harness.outcome(toClaims(DELEGATED))).toBe("accepted");
    expect(harness.asked).toEqual([
      {
        connection: "kept",
        timeoutMs: 300,
        keys: [
          "sub#auth0|alice",
          "sub#auth0|agent",
          "sub#auth0|earlier",
          "member#org_1#auth0|alice",
          "sid#s1",
          "client#WebApp",
          `token#${tokenHash(TOKEN)}`,
        ],
      },
    ]);
  });

  test.each([
    ["an agent twice in act", ["auth0|agent", "auth0|agent"], ["sub#auth0|alice", "sub#auth0|agent"]],
    ["an agent on both sides of another", ["a|1", "a|2", "a|1"], ["sub#auth0|alice", "sub#a|1", "sub#a|2"]],
    ["the user as the actor", ["auth0|alice"], ["sub#auth0|alice"]],
  ])("are each there once: %s", async (_, actors, subjects) => {
    const harness = new Harness();
    expect(await harness.outcome(toClaims({ actors }))).toBe("accepted");
    expect(harness.asked[0]?.keys.filter((key) => key.startsWith("sub#"))).toEqual(subjects);
    revoke(harness, { kind: "sub", sub: actors[0] ?? "" });
    expect(await harness.outcome(toClaims({ actors }))).toMatch(/^revoked/);
  });

  test("have no session and no application where the token has none", async () => {
    const harness = new Harness();
    for (const sid of [undefined, null, ""])
      expect(await harness.outcome(toClaims({ use: "access", clientId: undefined, sid }))).toBe("accepted");
    expect(harness.asked[0]?.keys).toEqual(["sub#auth0|alice", `token#${tokenHash(TOKEN)}`]);
  });

  test("have the session of an access token by the claim of the settings alone", async () => {
    const harness = new Harness({ sessionClaim: undefined });
    revoke(harness, { kind: "sid", sid: "s1" });
    expect(await harness.outcome(toClaims({ use: "access", sid: "s1" }))).toBe("accepted");
    expect(await harness.outcome(toClaims({ use: "id", sid: "s1" }))).toBe("revoked: sid");
    const configured = new Harness();
    revoke(configured, { kind: "sid", sid: "s1" });
    expect(await configured.outcome(toClaims({ use: "access", sid: "s1" }))).toBe("revoked: sid");
  });

  const [longest, tooLong] = ["é".repeat(512), `${"é".repeat(512)}x`];
  test.each([
    ["sub", { sub: longest }, { sub: tooLong }],
    ["sub", { sub: longest }, { sub: "x".repeat(3000) }],
    ["act", { actors: ["a|1", longest] }, { actors: ["a|1", tooLong] }],
    ["sid", { sid: longest }, { sid: tooLong }],
    ["azp", { clientId: longest }, { clientId: tooLong }],
    ["org_id", { org: "o".repeat(1024) }, { org: "o".repeat(1025) }],
    // Both together are more than a partition key of DynamoDB's may have.
    ["org_id", { org: "o".repeat(1016), sub: longest }, { org: "o".repeat(1017), sub: longest }],
  ])("cannot be made of a claim that is too long: %s", async (claim, kept, broken) => {
    const harness = new Harness();
    expect(await harness.outcome(toClaims(kept))).toBe("accepted");
    expect(await harness.outcome(toClaims(broken))).toBe(`invalid_claim: ${claim}: too long to be looked up`);
    expect(harness.asked).toHaveLength(1);
  });

  test("cannot be made of half a surrogate pair, or of a session that is not a string", async () => {
    const harness = new Harness();
    expect(await harness.outcome(toClaims({ sub: "auth0|🚪" }))).toBe("accepted");
    expect(await harness.outcome(toClaims({ sub: "auth0|\ud83d" }))).toBe(
      "invalid_claim: sub: not valid Unicode",
    );
    expect(await harness.outcome(toClaims({ sid: 7 }))).toBe("invalid_claim: sid");
  });
});

describe("an application", () => {
  const isAsked = ({ asked }: Harness): boolean | undefined => asked.at(-1)?.keys.includes("client#WebApp");

  test("is asked for again after 10 s", async () => {
    const harness = new Harness();
    await harness.outcome();
    expect(isAsked(harness)).toBe(true);
    revoke(harness, { kind: "client", clientId: "WebApp" });
    harness.now += 9999;
    expect(await harness.outcome()).toBe("accepted");
    expect(isAsked(harness)).toBe(false);
    harness.now += 1;
    expect(await harness.outcome()).toBe("revoked: client");
    expect(isAsked(harness)).toBe(true);
  });

  test("is refused between two questions by the answer to the first", async () => {
    const harness = new Harness();
    revoke(harness, { kind: "client", clientId: "WebApp" }, ISSUED);
    expect(await harness.outcome(toClaims({ iat: ISSUED + 1 }))).toBe("accepted");
    expect(await harness.outcome(toClaims({ iat: ISSUED }))).toBe("revoked: client");
    expect(await harness.outcome(toClaims({ iat: ISSUED + 1 }))).toBe("accepted");
    expect(isAsked(harness)).toBe(false);
  });

  test("is asked for again where the clock went back", async () => {
    const harness = new Harness();
    await harness.outcome();
    harness.now -= 1;
    await harness.outcome();
    expect(isAsked(harness)).toBe(true);
  });

  test("is asked for again where the table gave no answer about it", async () => {
    const harness = new Harness();
    harness.next = [new Error("anything")];
    await harness.outcome();
    revoke(harness, { kind: "client", clientId: "WebApp" });
    expect(await harness.outcome()).toBe("revoked: client");
  });
});

describe("what was seen to be revoked", () => {
  test.each(KINDS)(
    "stays so without another question, whatever becomes of the table: %s",
    async (_, scope) => {
      const harness = new Harness({ onFailure: "allow" });
      revoke(harness, scope);
      expect(await harness.outcome(toClaims(DELEGATED))).toMatch(/^revoked/);
      harness.stored.items.clear();
      harness.always = new Error("unreachable");
      expect(await harness.outcome(toClaims(DELEGATED))).toMatch(/^revoked/);
      expect(harness.asked).toHaveLength(1);
    },
  );

  test("does not refuse a token of a later sign-in, and takes a later time", async () => {
    const harness = new Harness();
    revoke(harness, { kind: "sub", sub: "auth0|alice" }, ISSUED);
    expect(await harness.outcome()).toBe("revoked: sub");
    expect(await harness.outcome(toClaims({ iat: ISSUED + 1 }))).toBe("accepted");
    revoke(harness, { kind: "sub", sub: "auth0|alice" }, ISSUED + 1);
    expect(await harness.outcome(toClaims({ iat: ISSUED + 1 }))).toBe("revoked: sub");
  });

  test("is remembered of the last 10,000 that were seen", async () => {
    const harness = new Harness();
    const user = (index: number) => ({ sub: `auth0|${index}` });
    for (let index = 0; index <= 10_000; index += 1) {
      revoke(harness, { kind: "sub", ...user(index) });
      expect(await harness.outcome(toClaims(user(index)))).toBe("revoked: sub");
    }
    harness.stored.items.clear();
    expect(await harness.outcome(toClaims(user(10_000)))).toBe("revoked: sub");
    expect(await harness.outcome(toClaims(user(1)))).toBe("revoked: sub");
    expect(await harness.outcome(toClaims(user(0)))).toBe("accepted");
  });
});
