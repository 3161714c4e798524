import { describe, expect, test } from "@jest/globals";
import {
  expiryOf,
  parseKey,
  readKey,
  readNotBefore,
  RETENTION_SECONDS,
  tokenHash,
  toKey,
} from "../../src/revocation/item.ts";
import type { RevocationScope } from "../../src/revocation/revocation.ts";

const SCOPES: readonly (readonly [string, RevocationScope])[] = [
  ["sub#auth0|alice", { kind: "sub", sub: "auth0|alice" }],
  ["sub#a#b", { kind: "sub", sub: "a#b" }],
  ["member#org_1#auth0|alice", { kind: "member", organizationId: "org_1", sub: "auth0|alice" }],
  ["member#org_1#a#b", { kind: "member", organizationId: "org_1", sub: "a#b" }],
  ["sid#s1", { kind: "sid", sid: "s1" }],
  ["client#WebApp", { kind: "client", clientId: "WebApp" }],
  ["token#abc", { kind: "token", hash: "abc" }],
];

describe("a key", () => {
  test.each(SCOPES)("%s stands for one scope", (key, scope) => {
    expect(toKey(scope)).toBe(key);
    expect(parseKey(key)).toEqual(scope);
  });

  test.each(["", "sub", "sub#", "#auth0|alice", "all#*", "member#org_1", "member##auth0|alice", "SUB#a"])(
    "of another form stands for none: %s",
    (key) => {
      expect(parseKey(key)).toBeUndefined();
    },
  );
});

describe("an item", () => {
  test.each<readonly [unknown, number | undefined]>([
    [{ notBefore: { N: "0" } }, 0],
    [{ notBefore: { N: "1800000000" } }, 1_800_000_000],
    [{ notBefore: { N: "999999999999" } }, 999_999_999_999],
    [{ notBefore: { N: "1000000000000" } }, undefined],
    [{ notBefore: { N: "-1" } }, undefined],
    [{ notBefore: { N: "1.5" } }, undefined],
    [{ notBefore: { N: "Infinity" } }, undefined],
    [{ notBefore: { N: 7 } }, undefined],
    [{ notBefore: { S: "7" } }, undefined],
    [{ notBefore: Object.create({ N: "7" }) as object }, undefined],
    [Object.create({ notBefore: { N: "7" } }) as object, undefined],
    [undefined, undefined],
    [null, undefined],
    ["7", undefined],
  ])("has the time of its revocation: %j", (item, expected) => {
    expect(readNotBefore(item)).toBe(expected);
  });

  test.each<readonly [unknown, string]>([
    [{ id: { S: "sub#a" } }, "sub#a"],
    [{ id: { N: "7" } }, ""],
    [{ id: Object.create({ S: "sub#a" }) as object }, ""],
    [null, ""],
  ])("has a key: %j", (item, expected) => {
    expect(readKey(item)).toBe(expected);
  });

  test("outlives the tokens that it covers, and a session's never expires", () => {
    const scope = { kind: "sub", sub: "auth0|alice" } as const;
    expect(expiryOf({ scope, notBefore: 100 }, 200)).toBe(200 + RETENTION_SECONDS);
    expect(expiryOf({ scope, notBefore: 300 }, 200)).toBe(300 + RETENTION_SECONDS);
    expect(expiryOf({ scope: { kind: "sid", sid: "s1" }, notBefore: 100 }, 200)).toBeUndefined();
  });
});

describe("the hash of a token", () => {
  test("is that of what was signed: another signature of the same makes no difference", () => {
    expect(tokenHash("eyJh.eyJi.c2ln")).toBe(tokenHash("eyJh.eyJi.b3RoZXI"));
    expect(tokenHash("eyJh.eyJi.c2ln")).not.toBe(tokenHash("eyJh.eyJj.c2ln"));
    expect(tokenHash("eyJh.eyJi.c2ln")).toMatch(/^[\w-]{43}$/);
  });
});
