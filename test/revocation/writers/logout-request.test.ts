import { describe, expect, test } from "@jest/globals";
import { logoutTokenIn } from "../../../src/revocation/writers/logout-request.ts";

const FORM = "application/x-www-form-urlencoded";

/** A rule of OIDC Back-Channel Logout 1.0 §2.5: what breaks it, and what only just keeps it. */
const RULES: readonly (readonly [rule: string, broken: [string, string], kept: [string, string]])[] = [
  [
    "it is a form",
    ["application/json", '{"logout_token":"a.b.c"}'],
    ["Application/X-WWW-Form-Urlencoded; charset=UTF-8", "logout_token=a.b.c"],
  ],
  ["its type is that of a form", [`${FORM}2`, "logout_token=a.b.c"], [`${FORM} ;`, "logout_token=a.b.c"]],
  ["its type is said", ["", "logout_token=a.b.c"], [FORM, "logout_token=a.b.c"]],
  ["it has the token", [FORM, "token=a.b.c"], [FORM, "token=x&logout_token=a.b.c"]],
  ["the token is not empty", [FORM, "logout_token="], [FORM, "logout_token=a.b.c"]],
  [
    "it has one token",
    [FORM, "logout_token=a.b.c&logout_token=a.b.c"],
    [FORM, "logout_token=a.b.c&Logout_token=d"],
  ],
  [
    "it is no longer than two tokens",
    [FORM, `logout_token=a.b.c&x=${"x".repeat(16_384 - 20)}`],
    [FORM, `logout_token=a.b.c&x=${"x".repeat(16_384 - 21)}`],
  ],
];

describe("a back-channel logout request", () => {
  test.each(RULES)("%s", (_, broken, kept) => {
    expect(logoutTokenIn(...broken)).toBeUndefined();
    expect(logoutTokenIn(...kept)).toBe("a.b.c");
  });

  test("may have its token encoded, as forms are", () => {
    expect(logoutTokenIn(FORM, "logout%5Ftoken=a%2Eb.c")).toBe("a.b.c");
  });
});
