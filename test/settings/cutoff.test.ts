import { describe, expect, test } from "@jest/globals";
import { isInFuture, toCutoff } from "../../src/settings/cutoff.ts";
import { bearerEvent } from "../../src/testing/events.ts";
import { createSigningKey, signJwt } from "../../src/testing/signing-key.ts";
import { changed, HEADER, ID_TOKEN, NOW } from "../tokens.ts";
import { lastReason, underTest } from "../authorizer-harness.ts";

const at = (seconds: number): string => new Date(seconds * 1000).toISOString();

describe("a cutoff", () => {
  test("is the time of the setting, and now at the latest", () => {
    expect(toCutoff(undefined, NOW * 1000)).toBeUndefined();
    expect(toCutoff(at(NOW - 1), NOW * 1000)).toBe(NOW - 1);
    expect(toCutoff(at(NOW), NOW * 1000 + 999)).toBe(NOW);
    expect(toCutoff(at(NOW + 1), NOW * 1000)).toBe(NOW);
  });

  test("is in the future after this millisecond", () => {
    expect([at(NOW), at(NOW + 1), undefined].map((time) => isInFuture(time, NOW * 1000))).toEqual([
      false,
      true,
      false,
    ]);
  });
});

describe("AUTHORIZER_ISSUED_AFTER", () => {
  const key = createSigningKey({ kid: "key-1" });
  const reasonFor = async (issuedAfter: string, iat: number): Promise<string | undefined> => {
    const authorizer = underTest([key], { issuedAfter, emailPolicy: "optional" });
    const token = signJwt(HEADER, changed(ID_TOKEN, { iat }), key);
    await authorizer.authorize(bearerEvent("rest-token", token)).catch(() => undefined);
    return lastReason(authorizer);
  };

  test("refuses a token that was issued a second before, and not one of that second", async () => {
    expect(await reasonFor(at(NOW - 60), NOW - 61)).toBe("issued_before_cutoff");
    expect(await reasonFor(at(NOW - 60), NOW - 60)).toBeUndefined();
  });

  test("in the future counts as the time of the start, with a warning", async () => {
    expect(await reasonFor(at(NOW + 3600), NOW - 1)).toBe("issued_before_cutoff");
    expect(await reasonFor(at(NOW + 3600), NOW)).toBeUndefined();
    const { lines } = underTest([key], { issuedAfter: at(NOW + 3600) });
    expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { level: "warn", event: "issued_after_in_future", issued_after: at(NOW + 3600) },
    ]);
    expect(underTest([key], { issuedAfter: at(NOW) }).lines).toEqual([]);
  });
});
