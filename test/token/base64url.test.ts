import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { decodeBase64url } from "../../src/token/base64url.ts";

describe("base64url", () => {
  test("of any bytes is read back", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const text = Buffer.from(bytes).toString("base64url");
        expect(decodeBase64url(text)).toEqual(Buffer.from(bytes));
      }),
    );
  });

  test.each([
    ["padding", "AQ=="],
    ["the alphabet of plain base64", "+/+/"],
    ["a foreign letter", "AQ!A"],
    ["a blank", "AQ A"],
    ["a line break", "AQID\n"],
    ["stray bits after one byte", "AR"],
    ["stray bits after two bytes", "AQJ"],
    ["a length that no bytes have", "AQIDB"],
  ])("is not read with %s", (_, text) => {
    expect(decodeBase64url(text)).toBeUndefined();
  });
});
