import { describe, expect, test } from "@jest/globals";
import type { StoredRevocation } from "../../src/revocations/item.ts";
import type { RevocableToken } from "../../src/revocations/revocable-token.ts";
import type { RevocationKind } from "../../src/revocations/revocation.ts";
import { RevokedTokens, tokenHash } from "../../src/revocations/revoked-tokens.ts";

const ISSUER = "https://acme.eu.auth0.com/";
const OTHER_ISSUER = "https://login.acme.com/";
const IAT = 1_800_000_000;
const TOKEN: RevocableToken = {
  issuer: ISSUER,
  subject: "auth0|alice",
  clientId: "WebApp",
  sessionId: "session-1",
  issuedAt: IAT,
  expiresAt: IAT + 3600,
  token: "eyJh.eyJi.c2ln",
};
const VALUES: Readonly<Record<RevocationKind, string>> = {
  all: "*",
  sub: "auth0|alice",
  client: "WebApp",
  sid: "session-1",
  token: tokenHash("eyJh.eyJi.b3RoZXI"),
};
const DATED = ["all", "sub", "client"] as const;
const PAIRS = DATED.flatMap((one) => DATED.map((other) => [one, other] as const));

function revocation(kind: RevocationKind, changes: Partial<StoredRevocation> = {}): StoredRevocation {
  const notBefore = changes.notBefore ?? IAT;
  return { kind, value: VALUES[kind], issuer: "*", notBefore, writtenAt: notBefore * 1000, ...changes };
}

function listOf(...revocations: readonly StoredRevocation[]): RevokedTokens {
  const list = new RevokedTokens([ISSUER, OTHER_ISSUER]);
  for (const one of revocations) list.add(one);
  return list;
}

const revokes = (list: RevokedTokens, changes: Partial<RevocableToken> = {}): boolean =>
  list.revocationOf({ ...TOKEN, ...changes }) !== undefined;

test("an empty list revokes nothing, not even what says that it was issued in 1970", () => {
  expect(listOf().revocationOf(TOKEN)).toBeUndefined();
  expect(listOf().revocationOf({ ...TOKEN, issuedAt: 0 })).toBeUndefined();
  expect(listOf().revocationOf({ ...TOKEN, issuedAt: 0, clientId: undefined })).toBeUndefined();
});

describe.each(DATED)("a revocation of the kind %s", (kind) => {
  const list = listOf(revocation(kind));

  test("ends what was issued in its second, and not what was issued in the next", () => {
    expect(list.revocationOf(TOKEN)).toBe(kind);
    expect(list.revocationOf({ ...TOKEN, issuedAt: IAT + 1 })).toBeUndefined();
  });

  test("ends what was issued within its second: nobody can tell which was first", () => {
    expect(revokes(list, { issuedAt: IAT + 0.9 })).toBe(true);
  });
});

describe.each(["sid", "token"] as const)("a revocation of the kind %s", (kind) => {
  test("ends it whenever it was issued", () => {
    const list = listOf(revocation(kind, { notBefore: 5 }));
    expect(list.revocationOf({ ...TOKEN, issuedAt: IAT + 3600 })).toBe(kind);
  });
});

test.each<readonly [RevocationKind, Partial<RevocableToken>]>([
  ["sub", { subject: "auth0|bob" }],
  ["client", { clientId: "MobileApp" }],
  ["client", { clientId: undefined }],
  ["sid", { sessionId: "session-2" }],
  ["sid", { sessionId: undefined }],
  ["token", { token: "eyJh.eyJj.c2ln" }],
])("a revocation of the kind %s ends nobody else's: %j", (kind, changes) => {
  expect(revokes(listOf(revocation(kind)), changes)).toBe(false);
  expect(revokes(listOf(revocation(kind)))).toBe(true);
});

describe("the later not-before wins, and never hides behind an earlier one:", () => {
  test.each(PAIRS)("%s late, %s early", (late, early) => {
    const ends = [revocation(late), revocation(early, { notBefore: IAT - 1000 })];
    for (const order of [ends, ends.toReversed()]) {
      expect(revokes(listOf(...order))).toBe(true);
      expect(revokes(listOf(...order), { issuedAt: IAT + 1 })).toBe(false);
    }
  });

  test.each(PAIRS)("%s late for one issuer, %s early for all", (late, early) => {
    const list = listOf(revocation(late, { issuer: ISSUER }), revocation(early, { notBefore: IAT - 1000 }));
    expect(revokes(list)).toBe(true);
    expect(revokes(list, { issuer: OTHER_ISSUER })).toBe(false);
    expect(revokes(list, { issuer: OTHER_ISSUER, issuedAt: IAT - 1000 })).toBe(true);
  });

  test.each(PAIRS)("%s late for all, %s early for one issuer", (late, early) => {
    const list = listOf(revocation(late), revocation(early, { issuer: ISSUER, notBefore: IAT - 1000 }));
    expect(revokes(list)).toBe(true);
    expect(revokes(list, { issuer: OTHER_ISSUER })).toBe(true);
    expect(revokes(list, { issuedAt: IAT + 1 })).toBe(false);
  });

  test.each((["sid", "token"] as const).flatMap((listed) => DATED.map((dated) => [listed, dated] as const)))(
    "%s listed, %s early",
    (listed, dated) => {
      const list = listOf(revocation(listed), revocation(dated, { notBefore: IAT - 1000 }));
      expect(revokes(list, { issuedAt: IAT + 500 })).toBe(true);
    },
  );
});

describe("an issuer", () => {
  test.each(["all", "sub", "client", "sid", "token"] as const)("narrows the kind %s", (kind) => {
    const list = listOf(revocation(kind, { issuer: ISSUER }));
    expect(revokes(list)).toBe(true);
    expect(revokes(list, { issuer: OTHER_ISSUER })).toBe(false);
  });

  test("that is not configured takes no memory", () => {
    const list = listOf(revocation("sub", { issuer: "https://other.example/" }));
    expect(list.size).toBe(0);
  });
});

test("what comes twice, late or out of order changes nothing", () => {
  const once = [revocation("sub"), revocation("sub", { notBefore: IAT - 7 }), revocation("sid")];
  for (const order of [once, once.toReversed(), [...once, ...once]]) {
    const list = listOf(...order);
    expect(list.size).toBe(2);
    expect(list.revocationOf(TOKEN)).toBe("sub");
    expect(list.revocationOf({ ...TOKEN, issuedAt: IAT + 1 })).toBe("sid");
  }
});

describe("a list that is too long", () => {
  const KINDS = ["sid", "token", "sub", "client"] as const;
  const entry = (kind: RevocationKind, id: number): StoredRevocation =>
    revocation(kind, { value: `${kind}-${id}`, writtenAt: (IAT + id) * 1000 });

  test.each([
    ["entries", { entries: 6, bytes: Infinity }],
    ["bytes", { entries: Infinity, bytes: 6 * 140 }],
  ])("of %s drops sessions first, then tokens, users and applications, the oldest first", (_, limits) => {
    const list = new RevokedTokens([ISSUER], limits);
    const added = [1, 2, 3].flatMap((id) => KINDS.map((kind) => entry(kind, id)));
    expect(added.reduce((dropped, one) => dropped + list.add(one), 0)).toBe(12 - list.size);
    const has = (kind: (typeof KINDS)[number], id: number): boolean => {
      const value = `${kind}-${id}`;
      const field = { sid: "sessionId", sub: "subject", client: "clientId", token: "token" }[kind];
      return kind !== "token" && revokes(list, { sessionId: undefined, [field]: value });
    };
    expect(list.size).toBe(6);
    expect([1, 2, 3].map((id) => has("sid", id))).toEqual([false, false, false]);
    expect([1, 2, 3].map((id) => has("sub", id))).toEqual([true, true, true]);
    expect([1, 2, 3].map((id) => has("client", id))).toEqual([true, true, true]);
  });

  test("drops the session that was written longest ago", () => {
    const list = new RevokedTokens([ISSUER], { entries: 2, bytes: Infinity });
    for (const id of [1, 2, 1, 3]) list.add(entry("sid", id));
    expect([1, 2, 3].map((id) => revokes(list, { sessionId: `sid-${id}` }))).toEqual([true, false, true]);
  });

  test("never drops what ended everybody's tokens", () => {
    const list = new RevokedTokens([ISSUER], { entries: 0, bytes: 0 });
    list.add(revocation("all"));
    list.add(entry("sub", 1));
    expect(list.size).toBe(0);
    expect(list.revocationOf(TOKEN)).toBe("all");
  });
});

test("forgets what was written before a time, and nothing that was written then", () => {
  const list = listOf(
    revocation("sub", { writtenAt: IAT * 1000 }),
    revocation("sid", { writtenAt: IAT * 1000 + 1 }),
  );
  list.forget(IAT);
  expect(list.size).toBe(2);
  list.forget(IAT + 0.5);
  expect(list.size).toBe(1);
  expect(list.revocationOf(TOKEN)).toBe("sid");
});

test("does not forget what was written again, whichever of both comes first", () => {
  const both = [IAT, IAT + 60].map((writtenAt) => revocation("sub", { writtenAt: writtenAt * 1000 }));
  for (const written of [both, both.toReversed()]) {
    const list = listOf(...written);
    list.forget(IAT + 30);
    expect(list.revocationOf(TOKEN)).toBe("sub");
  }
});
