import { describe, expect, test } from "@jest/globals";
import { toCustomContext, checkCustomClaims } from "../../src/identity/custom-claims.ts";
import { identityFrom, IdentityError, type ClaimTypes } from "../../src/identity/reader/identity-from.ts";

const CLAIM = "https://acme.com/value";

/** The context of one claim with this value, under the name `value`. */
const carried = (value: unknown): Readonly<Record<string, string>> =>
  toCustomContext({ claims: { [CLAIM]: value } }, { value: CLAIM });

const EXP = 1_800_000_000;
const IDENTITY = {
  sub: "auth0|alice",
  iss: "https://acme.eu.auth0.com/",
  aud: "WebApp",
  token_use: "id",
  exp: String(EXP),
};

function read(context: object, claims: ClaimTypes): unknown {
  const event = { requestContext: { authorizer: { ...IDENTITY, ...context } } };
  return identityFrom(event, { claims, now: EXP * 1000 - 1 }).claims;
}

function reasonOf(act: () => unknown): string | undefined {
  try {
    act();
  } catch (error) {
    if (error instanceof IdentityError) return error.code;
    throw error;
  }
  return undefined;
}

describe("a custom claim travels", () => {
  test.each([
    ["a string", "Acme GmbH & Co. (2026)", "Acme GmbH & Co. (2026)"],
    ["a number", 42, "42"],
    ["a fraction", -1.5, "-1.5"],
    ["a flag", false, "false"],
    ["a list of words", ["editor", "read:orders"], "editor read:orders"],
    ["a list of one word", ["editor"], "editor"],
    ["an empty list", [], ""],
  ])("as text where it is %s", (_, value, text) => {
    expect(carried(value)).toEqual({ value: text });
  });

  test.each([
    ["a list whose words have spaces", ["editor", "content editor"]],
    ["a list with an empty word", ["editor", ""]],
    ["a list of numbers", [1, 2]],
    ["a string with a space before it", " acme"],
    ["a string with a space after it", "acme "],
    ["a space", " "],
    ["a string with quotes", 'say "hello"'],
    ["a string with a backslash", "ACME\\alice"],
    ["a string that is not ASCII", "Bücher 😀"],
    ["a string with a line break", "a\nb"],
    ["an object", { a: 1, b: [null, "x"] }],
  ])("as base64url of JSON where it is %s", (_, value) => {
    const context = carried(value);
    expect(Object.keys(context)).toEqual(["custom_claims"]);
    expect(context["custom_claims"]).toMatch(/^[\w-]+$/);
    expect(read(context, { value: "json" })).toEqual({ value });
  });

  test("as text where a space is inside of it", () => {
    expect(carried("Acme GmbH")).toEqual({ value: "Acme GmbH" });
  });

  test.each([
    ["half a character becomes U+FFFD", { "\ud83d": ["\ude00 b"] }, { "\ufffd": ["\ufffd b"] }],
    ["a whole one stays", ["😀 b"], ["😀 b"]],
    ["a backslash before such letters stays", "\\ud83d", "\\ud83d"],
    ["but not what comes after", "\\\ud83d", "\\\ufffd"],
  ])("in JSON that any language can read: %s", (_, signed, expected) => {
    const json = Buffer.from(carried(signed)["custom_claims"] ?? "", "base64url").toString();
    expect(json).toBe(JSON.stringify({ value: expected }));
    expect(read(carried(signed), { value: "json" })).toEqual({ value: expected });
  });

  test.each([undefined, null, ""])("not at all where it is %j", (value) => {
    expect(carried(value)).toEqual({});
    expect(read(carried(value), { value: "string" })).toEqual({ value: undefined });
  });

  test("together with others that are more than text", () => {
    const names = { roles: "r", plan: "p", level: "l" };
    const context = toCustomContext({ claims: { r: ["content editor"], p: { seats: 3 }, l: 7 } }, names);
    expect(Object.keys(context).sort()).toEqual(["custom_claims", "level"]);
    expect(read(context, { roles: "list", plan: "json", level: "number" })).toEqual({
      roles: ["content editor"],
      plan: { seats: 3 },
      level: 7,
    });
  });

  test("only as the token's own member", () => {
    expect(toCustomContext({ claims: {} }, { value: "constructor" })).toEqual({});
  });
});

describe("a reader gives", () => {
  test.each([
    ["a string", "string", "pro", "pro"],
    ["a string that looks like a number", "string", "42", "42"],
    ["a string with quotes", "string", 'say "hello"', 'say "hello"'],
    ["a number", "number", 42, 42],
    ["a number with an exponent", "number", 1e21, 1e21],
    ["a flag", "boolean", true, true],
    ["a list", "list", ["editor", "admin"], ["editor", "admin"]],
    ["a list of one", "list", ["editor"], ["editor"]],
    ["an empty list", "list", [], []],
    ["a list with spaces", "list", ["editor", "content editor"], ["editor", "content editor"]],
    ["an object", "json", { a: 1 }, { a: 1 }],
  ] as const)("%s as it was signed", (_, type, signed, expected) => {
    expect(read(carried(signed), { value: type })).toEqual({ value: expected });
  });

  test.each([
    ["a string for a number", "number", "pro"],
    ["a flag for a number", "number", true],
    ["an empty list for a number", "number", []],
    ["a number for a flag", "boolean", 1],
    ["a list for a flag", "boolean", ["true", "false"]],
    ["an object for a string", "string", { a: 1 }],
    ["an object for a list", "list", { a: 1 }],
    ["a list of numbers for a list of texts", "list", [1]],
    ["a list with spaces for a string", "string", ["content editor"]],
  ] as const)("no %s", (_, type, signed) => {
    expect(reasonOf(() => read(carried(signed), { value: type }))).toBe("wrong_type");
  });

  test("no claim that was not declared", () => {
    expect(read(carried("pro"), {})).toEqual({});
  });

  test.each(["bm90IEpTT04", "W10", "bnVsbA", "not base64url!", ""])(
    "no identity at all where `custom_claims` is %j",
    (custom_claims) => {
      expect(reasonOf(() => read({ custom_claims }, {}))).toBe("missing");
    },
  );
});

describe("all of them together", () => {
  const withNotes = (length: number) => checkCustomClaims(carried("x".repeat(length)));

  test("have 2 KB at most, their names counted", () => {
    expect(withNotes(2048 - "value".length)).toBeUndefined();
    expect(withNotes(2048 - "value".length + 1)).toEqual({ reason: "claims_too_large" });
  });
});
