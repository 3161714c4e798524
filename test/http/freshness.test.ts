import { describe, expect, test } from "@jest/globals";
import { toFailure } from "../../src/http/backoff.ts";
import { toEntry, correctForClock, freshness, nextAttemptAt } from "../../src/http/freshness.ts";
import type { Failure } from "../../src/http/freshness.ts";

const NOW = Date.UTC(2026, 10, 22, 12);
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const LIFETIMES = { maxAge: 10 * MINUTE, staleIfError: HOUR };
const FRESH = toEntry("value", NOW, LIFETIMES);
const LONG_OUTAGE = toEntry("value", NOW, LIFETIMES, NOW + 24 * HOUR);
const error = new Error("HTTP 503");

const failureAt = (at: number, rejected = false): Failure => ({
  at,
  count: 1,
  retryAt: at + SECOND,
  rejected,
  error,
});

describe("a copy", () => {
  test.each([
    ["fresh as it comes", NOW, undefined, "fresh"],
    ["fresh up to its age", NOW + 10 * MINUTE - 1, undefined, "fresh"],
    ["expired from then on", NOW + 10 * MINUTE, undefined, "expired"],
    ["stale where it cannot be fetched", NOW + 10 * MINUTE, failureAt(NOW + 10 * MINUTE), "stale"],
    ["stale up to its limit", NOW + 70 * MINUTE - 1, failureAt(NOW + 70 * MINUTE - 2), "stale"],
    ["expired from the limit on", NOW + 70 * MINUTE, failureAt(NOW + 70 * MINUTE - 1), "expired"],
    ["stale for two minutes after a failure", NOW + 13 * MINUTE - 1, failureAt(NOW + 11 * MINUTE), "stale"],
    ["expired once a failure proves nothing", NOW + 13 * MINUTE, failureAt(NOW + 11 * MINUTE), "expired"],
  ] as const)("is %s", (_, at, failure, expected) => {
    expect(freshness(FRESH, failure, at)).toBe(expected);
  });

  test("is absent without an entry", () => {
    expect(freshness(undefined, failureAt(NOW), NOW)).toBe("absent");
  });

  test("serves in a long outage, but not where the server answers no", () => {
    const at = NOW + 2 * HOUR;
    expect(freshness(LONG_OUTAGE, failureAt(at), at)).toBe("stale");
    expect(freshness(LONG_OUTAGE, failureAt(at, true), at)).toBe("expired");
  });

  test("stays as it is under a clock that is put right by a second", () => {
    expect(correctForClock(NOW - SECOND, FRESH, LIFETIMES)).toBe(FRESH);
  });

  test("counts as just stale under a clock that went back further", () => {
    const now = NOW - SECOND - 1;
    const corrected = correctForClock(now, LONG_OUTAGE, LIFETIMES);
    expect(freshness(corrected, undefined, now)).toBe("expired");
    expect(freshness(corrected, failureAt(now + HOUR - 1), now + HOUR - 1)).toBe("stale");
    expect(freshness(corrected, failureAt(now + HOUR), now + HOUR)).toBe("expired");
  });
});

describe("the next attempt", () => {
  test.each([
    ["at once where there is nothing", undefined, undefined, 0],
    ["half a minute after a fetch", FRESH, undefined, NOW + 30 * SECOND],
    ["when the failure says", FRESH, failureAt(NOW), NOW + SECOND],
    ["at once after a failure in the future", FRESH, failureAt(NOW + MINUTE), 0],
  ] as const)("is %s", (_, copy, failure, expected) => {
    expect(nextAttemptAt(copy, failure, LIFETIMES, NOW)).toBe(expected);
  });

  test("comes after half of a short life", () => {
    expect(nextAttemptAt(FRESH, undefined, { ...LIFETIMES, maxAge: 4 * SECOND }, NOW)).toBe(NOW + 2 * SECOND);
  });
});

describe("after a failure the pause", () => {
  const failed = { error, rejected: false, retryAfter: 0, startedAt: NOW };
  const pause = (changes: object, copy: typeof FRESH | undefined, random = 0, previous?: Failure): number =>
    toFailure({ ...failed, ...changes }, copy, previous, { now: NOW, random }).retryAt - NOW;

  test.each([
    ["is a second without a copy", pause({}, undefined), SECOND],
    ["is half a minute with one", pause({}, FRESH), 30 * SECOND],
    ["is a minute after the second failure in a row", pause({}, FRESH, 0, failureAt(NOW)), MINUTE],
    ["has jitter", pause({}, undefined, 1), 1.3 * SECOND],
    ["is as long as the server asks", pause({ retryAfter: 45 * SECOND }, FRESH), 45 * SECOND],
    ["is a minute where the server asks for an hour", pause({ retryAfter: HOUR }, FRESH), MINUTE],
    ["is a minute at most, with all its jitter", pause({ retryAfter: MINUTE }, FRESH, 1), MINUTE],
    ["is never too short after a slow fetch", pause({ startedAt: NOW - MINUTE }, undefined), 250],
  ])("%s", (_, found, expected) => {
    expect(found).toBe(expected);
  });

  test("ends where the copy ends", () => {
    const copy = { ...FRESH, staleUntil: NOW + 20 * SECOND, outageUntil: NOW + 25 * SECOND };
    expect(pause({}, copy)).toBe(25 * SECOND);
    expect(pause({ rejected: true }, copy)).toBe(20 * SECOND);
  });

  test("counts failures in a row", () => {
    const first = toFailure(failed, undefined, undefined, { now: NOW, random: 0 });
    expect(toFailure(failed, undefined, first, { now: NOW, random: 0 }).count).toBe(2);
  });
});
