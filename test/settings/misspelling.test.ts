import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { editDistance } from "../../src/settings/misspelling.ts";

describe("the distance between two names", () => {
  test.each([
    ["", "", 0],
    ["AUTH0_DOMAIN", "AUTH0_DOMAIN", 0],
    ["", "abc", 3],
    ["abc", "", 3],
    ["AUTH0_DOMAINS", "AUTH0_DOMAIN", 1],
    ["AUTH_DOMAIN", "AUTH0_DOMAIN", 1],
    ["AUTHO_DOMAIN", "AUTH0_DOMAIN", 1],
    ["AUTH0_DOMIAN", "AUTH0_DOMAIN", 2],
    ["kitten", "sitting", 3],
    ["flaw", "lawn", 2],
    ["abc", "xyz", 3],
  ])("from %s to %s is %d", (from, to, expected) => {
    expect(editDistance(from, to)).toBe(expected);
  });

  const name = fc.string({ maxLength: 12, unit: "grapheme-ascii" });

  test("is the same there and back", () => {
    fc.assert(fc.property(name, name, (a, b) => expect(editDistance(a, b)).toBe(editDistance(b, a))));
  });

  test("is never longer than a detour", () => {
    fc.assert(
      fc.property(name, name, name, (a, b, c) =>
        expect(editDistance(a, c)).toBeLessThanOrEqual(editDistance(a, b) + editDistance(b, c)),
      ),
    );
  });
});
