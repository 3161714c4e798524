import { describe, expect, test } from "@jest/globals";
import { itemOf, revocationOf } from "../../src/revocations/item.ts";
import type { Revocation } from "../../src/revocations/revocation.ts";

const WRITTEN_AT = Date.UTC(2026, 10, 24, 15, 0, 0, 250);
const SECOND = WRITTEN_AT / 1000 - 0.25;
const BLOCKED: Revocation = { kind: "sub", value: "auth0|alice", issuer: "*", notBefore: SECOND - 5 };
const OPTIONS = { writtenAt: WRITTEN_AT, retentionHours: 24 };

describe("an item", () => {
  test("has the time of its writing, an ID that follows from the content, and an end", () => {
    const { sk, ...rest } = itemOf(BLOCKED, OPTIONS);
    expect(sk.S).toMatch(/^2026-11-24T15:00:00\.250Z#[\w-]{22}$/);
    expect(rest).toEqual({
      pk: { S: "r" },
      kind: { S: "sub" },
      value: { S: "auth0|alice" },
      issuer: { S: "*" },
      notBefore: { N: String(SECOND - 5) },
      expiresAt: { N: String(SECOND + 1 + 24 * 3600) },
    });
  });

  test("is the same for the same revocation at the same time, and another for any other", () => {
    const id = (revocation: Revocation): string | undefined => itemOf(revocation, OPTIONS).sk.S.split("#")[1];
    expect(id({ ...BLOCKED })).toBe(id(BLOCKED));
    const others: Revocation[] = [
      { ...BLOCKED, kind: "client" },
      { ...BLOCKED, value: "auth0|bob" },
      { ...BLOCKED, issuer: "https://acme.eu.auth0.com/" },
      { ...BLOCKED, notBefore: SECOND - 6 },
    ];
    expect(new Set([BLOCKED, ...others].map(id)).size).toBe(5);
  });

  test.each<readonly [string, Revocation]>([
    ["a user", BLOCKED],
    ["everybody", { kind: "all", value: "*", issuer: "*", notBefore: SECOND }],
    [
      "a session of one issuer",
      { ...BLOCKED, kind: "sid", value: "s1", issuer: "https://acme.eu.auth0.com/" },
    ],
    ["an application", { ...BLOCKED, kind: "client", value: "WebApp" }],
    ["one token", { ...BLOCKED, kind: "token", value: "n4bQgYhMfWWaL-qgxVrQFaO_TxsrC4Is0V1sFbDwCgg" }],
    ["a value of 1024 characters", { ...BLOCKED, value: "x".repeat(1024) }],
    ["of 1970", { ...BLOCKED, notBefore: 0 }],
  ])("can be read again: %s", (_, revocation) => {
    expect(revocationOf(itemOf(revocation, OPTIONS))).toEqual({ ...revocation, writtenAt: WRITTEN_AT });
  });

  const UNKNOWN_KIND = "its kind is none of all, sub, sid, client, token";
  const STRAY = 'the value of "all", and of nothing else, is *';
  const REFUSED: readonly (readonly [string, Partial<Revocation>, string])[] = [
    ["a time that has not come yet", { notBefore: SECOND + 1 }, "its time is in the future"],
    ["a time with a fraction", { notBefore: SECOND - 0.5 }, "its time is no whole number of seconds"],
    ["a time before 1970", { notBefore: -1 }, "its time is no whole number of seconds"],
    ["no kind that is known", { kind: "jti" as "sub" }, UNKNOWN_KIND],
    ["no value", { value: "" }, "its value is empty, or longer than 1024 characters"],
    [
      "a value of 1025 characters",
      { value: "x".repeat(1025) },
      "its value is empty, or longer than 1024 characters",
    ],
    ["* for one user", { value: "*" }, STRAY],
    ["one user for everybody", { kind: "all" }, STRAY],
    ["no issuer", { issuer: "" }, "its issuer is empty, or longer than 1024 characters"],
  ];

  test.each(REFUSED)("is not written with %s", (_, change, why) => {
    expect(() => itemOf({ ...BLOCKED, ...change }, OPTIONS)).toThrow(new RangeError(`no revocation: ${why}`));
  });

  test("may be of the second in which it is written", () => {
    expect(itemOf({ ...BLOCKED, notBefore: SECOND }, OPTIONS).notBefore.N).toBe(String(SECOND));
  });
});

describe("an item that is read", () => {
  const item = itemOf(BLOCKED, OPTIONS);

  test("never ends tokens that were issued after it was written", () => {
    const future = { ...item, notBefore: { N: String(SECOND + 3600) } };
    expect(revocationOf(future)).toMatchObject({ notBefore: SECOND });
  });

  test.each<readonly [string, unknown]>([
    ["nothing", undefined],
    ["null", null],
    ["a text", "r"],
    ["a list", [item]],
    ["without a sort key", { ...item, sk: undefined }],
    ["with a sort key that is no time", { ...item, sk: { S: "2026-13-24T15:00:00.250Z#x" } }],
    ["with a sort key of seconds", { ...item, sk: { S: "2026-11-24T15:00:00Z#x" } }],
    ["with a kind of a later version", { ...item, kind: { S: "organization" } }],
    ["without a value", { ...item, value: { S: "" } }],
    ["with a number for a value", { ...item, value: { N: "7" } }],
    ["with an inherited value", { ...item, value: Object.create({ S: "auth0|alice" }) as object }],
    ["without an issuer", { ...item, issuer: undefined }],
    ["with a text for a time", { ...item, notBefore: { S: "7" } }],
    ["with a time that is no text", { ...item, notBefore: { N: 7 } }],
    ["with a time that is no number", { ...item, notBefore: { N: "Infinity" } }],
    ["with a negative time", { ...item, notBefore: { N: "-7" } }],
  ])("is none: %s", (_, malformed) => {
    expect(revocationOf(malformed)).toBeUndefined();
  });

  test("need not say when it expires", () => {
    expect(revocationOf({ ...item, expiresAt: undefined })).toMatchObject(BLOCKED);
  });
});
