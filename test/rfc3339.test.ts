import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { rfc3339 } from "../src/rfc3339.ts";

/** The end of the year 9999. */
const LATEST = 253_402_300_799;

test("a date is written as IAM's conditions want it", () => {
  expect(rfc3339(1_764_547_200)).toBe("2025-12-01T00:00:00Z");
  expect(rfc3339(LATEST)).toBe("9999-12-31T23:59:59Z");
});

test("a part of a second is left out", () => {
  expect(rfc3339(1_764_547_200.999)).toBe("2025-12-01T00:00:00Z");
});

test("every date is the one that JavaScript would write", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: LATEST }), (seconds) => {
      expect(rfc3339(seconds)).toBe(new Date(seconds * 1000).toISOString().replace(".000Z", "Z"));
    }),
  );
});
