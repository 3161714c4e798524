import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { inspect } from "node:util";
import { checkHeader, decodeBase64url, decodeUnverifiedJwt, getOwn } from "../../src/token/jwt.ts";
import { base64url, changed, encoded, HEADER, outcomeOf, type Changes } from "../tokens.ts";

const CLAIMS = { sub: "auth0|alice" };
const SIGNATURE = base64url("signature");

function token(header: string, claims: string, signature = SIGNATURE): string {
  return `${header}.${claims}.${signature}`;
}

function decoded(text: string): string {
  return outcomeOf(() => decodeUnverifiedJwt(text));
}

function headerOutcome(changes: Changes): string {
  return outcomeOf(() => checkHeader(changed(HEADER, changes)));
}

/** A token with exactly so many characters, whose last part is padded out. */
function tokenOfLength(length: number): string {
  const start = `${encoded(HEADER)}.${encoded(CLAIMS)}.`;
  return start + "A".repeat(length - start.length);
}

describe("a compact JWS", () => {
  test("comes apart into its header and claims", () => {
    const text = token(encoded(HEADER), encoded(CLAIMS));
    expect(decodeUnverifiedJwt(text)).toEqual({
      token: text,
      header: HEADER,
      claims: CLAIMS,
      parts: text.split("."),
    });
  });

  test("may have text that is not ASCII", () => {
    const { claims } = decodeUnverifiedJwt(token(encoded(HEADER), encoded({ name: "Zoë 😀" })));
    expect(claims).toEqual({ name: "Zoë 😀" });
  });

  test("may have white space around its JSON", () => {
    expect(decoded(token(base64url(' {"alg":\n"RS256"}\t'), encoded(CLAIMS)))).toBe("accepted");
  });

  test("may have 8,192 characters, and not one more", () => {
    expect(decoded(tokenOfLength(8192))).toBe("accepted");
    expect(decoded(tokenOfLength(8193))).toBe("token_too_large");
  });

  test.each([
    ["lists", (many: number) => `{"a":${"[".repeat(many - 2)}${"]".repeat(many - 2)}}`],
    [
      "objects in a list",
      (many: number) =>
        `{"a":[${Array(many - 3)
          .fill("{}")
          .join()}]}`,
    ],
    [
      "names",
      (many: number) =>
        `{${Array(many - 1)
          .fill('"a":1')
          .join()}}`,
    ],
    [
      "names with a space before the colon",
      (many: number) =>
        `{${Array(many - 1)
          .fill('"a" :1')
          .join()}}`,
    ],
  ])("may have 500 members, and not one more, in %s", (_, claims) => {
    expect(decoded(token(encoded(HEADER), base64url(claims(500))))).toBe("accepted");
    expect(decoded(token(encoded(HEADER), base64url(claims(501))))).toBe(
      "token_too_large: more than 500 members",
    );
  });

  test.each([
    ["one part", "opaque", "opaque_or_encrypted_token"],
    ["one part, and that empty", "", "opaque_or_encrypted_token"],
    ["five parts", "a.b.c.d.e", "opaque_or_encrypted_token"],
    ["two parts", "e30.e30", "malformed_token"],
    ["four parts", "e30.e30.AAAA.AAAA", "malformed_token"],
    ["six parts", "a.b.c.d.e.f", "malformed_token"],
    ["no header", ".e30.AAAA", "malformed_token"],
    ["no claims", "e30..AAAA", "malformed_token"],
    ["no signature", "e30.e30.", "malformed_token"],
    ["a padded header", "e30=.e30.AAAA", "malformed_token"],
    ["a padded payload", "e30.e30=.AAAA", "malformed_token"],
    ["a padded signature", "e30.e30.AAA=", "malformed_token"],
    ["a letter of plain base64 in it (+)", "e30.e30.AA+A", "malformed_token"],
    ["a letter of plain base64 in it (/)", "e30.e30.AA/A", "malformed_token"],
    ["a space in front", " e30.e30.AAAA", "malformed_token"],
    ["a line behind", "e30.e30.AAAA\n", "malformed_token"],
    ["a length that base64url never has", "e30.e30.AAAAA", "malformed_token"],
  ])("cannot have %s", (_, text, outcome) => {
    expect(decoded(text)).toBe(outcome);
  });

  test("has one spelling: no stray bits in the last character", () => {
    const spellings = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".split("");
    const good = (stem: string): number =>
      spellings.filter((last) => decoded(`e30.e30.${stem}${last}`) === "accepted").length;
    expect([good("A"), good("AA"), good("AAA"), good("AAAAA")]).toEqual([4, 16, 64, 4]);
  });

  test.each([
    ["null", "null", "malformed_token: not a JSON object"],
    ["a number", "1", "malformed_token: not a JSON object"],
    ["a string", '"a"', "malformed_token: not a JSON object"],
    ["a list", "[]", "malformed_token: not a JSON object"],
    ["true", "true", "malformed_token: not a JSON object"],
    ["text", "alg", "malformed_token: not JSON"],
    ["two objects", "{}{}", "malformed_token: not JSON"],
    ["half an object", '{"a":', "malformed_token: not JSON"],
    ["a byte order mark", "\ufeff{}", "malformed_token: not JSON"],
    ["a trailing comma", '{"a":1,}', "malformed_token: not JSON"],
    ["a colon", ":", "malformed_token: not JSON"],
    ["NaN", '{"exp":NaN}', "malformed_token: not JSON"],
    ["a nested token", token("e30", "e30"), "malformed_token: not JSON"],
  ])("is not a JWT where a part is %s", (_, json, outcome) => {
    expect(decoded(token(base64url(json), encoded(CLAIMS)))).toBe(outcome);
    expect(decoded(token(encoded(HEADER), base64url(json)))).toBe(outcome);
  });

  test.each([
    ["a lone continuation byte", [0x80]],
    ["an overlong slash", [0xc0, 0xaf]],
    ["half a surrogate pair", [0xed, 0xa0, 0x80]],
    ["a character that was cut off", [0xf0, 0x9f, 0x98]],
  ])("is not a JWT where a part has %s for UTF-8", (_, bytes) => {
    const part = base64url(Buffer.concat([Buffer.from('{"a":"'), Buffer.from(bytes), Buffer.from('"}')]));
    expect(decoded(token(part, encoded(CLAIMS)))).toBe("malformed_token: not UTF-8");
    expect(decoded(token(encoded(HEADER), part))).toBe("malformed_token: not UTF-8");
  });

  test("is refused without its text becoming part of the error", () => {
    const secret = "alice@example.com";
    let caught: unknown;
    try {
      decodeUnverifiedJwt(token(encoded(HEADER), base64url(`{${secret}`)));
    } catch (error) {
      caught = error;
    }
    expect(caught).toMatchObject({ code: "malformed_token" });
    expect(inspect(caught)).not.toContain("alice");
  });
});

describe("a member of a JSON object", () => {
  test("is what the object itself has", () => {
    expect(getOwn({ sub: "alice" }, "sub")).toBe("alice");
  });

  test.each(["constructor", "__proto__", "toString", "hasOwnProperty"])(
    "is absent where only the prototype has it: %s",
    (name) => {
      expect(getOwn({}, name)).toBeUndefined();
    },
  );

  test("can be called __proto__ without harm", () => {
    const claims = JSON.parse('{"__proto__":{"sub":"mallory"}}') as Record<string, unknown>;
    expect(getOwn(claims, "sub")).toBeUndefined();
    expect(getOwn(claims, "__proto__")).toEqual({ sub: "mallory" });
  });
});

describe("the header", () => {
  test("gives its key ID", () => {
    expect(checkHeader(HEADER)).toBe("key-1");
  });

  test.each(["none", "None", "NONE", "nOnE", "HS256", "RS384", "RS512", "PS256", "ES256", "EdDSA", "rs256"])(
    "cannot have the algorithm %s",
    (alg) => {
      expect(headerOutcome({ alg })).toBe("unsupported_algorithm");
    },
  );

  test.each([
    ["no algorithm", undefined],
    ["an empty algorithm", ""],
    ["an algorithm with a space", "RS256 "],
    ["a list of algorithms", ["RS256"]],
    ["null for an algorithm", null],
  ])("cannot have %s", (_, alg) => {
    expect(headerOutcome({ alg })).toBe("unsupported_algorithm");
  });

  test.each(["crit", "b64", "zip", "jwk", "jku", "x5u", "x5c"])("cannot have the parameter %s", (name) => {
    expect(headerOutcome({ [name]: "x" })).toBe("unsupported_header");
    expect(headerOutcome({ [name]: null })).toBe("unsupported_header");
  });

  test("may have a parameter that steers nothing", () => {
    expect(headerOutcome({ x5t: "AAAA", cty: "JWT", "https://acme.com/x": 1 })).toBe("accepted");
  });

  test.each([
    ["no key ID", undefined],
    ["an empty key ID", ""],
    ["a number for a key ID", 1],
    ["a list for a key ID", ["key-1"]],
    ["null for a key ID", null],
  ])("cannot have %s", (_, kid) => {
    expect(headerOutcome({ kid })).toBe("unsupported_header: no kid");
  });

  test("inherits nothing", () => {
    const inherited = Object.create(HEADER) as Record<string, unknown>;
    expect(outcomeOf(() => checkHeader(inherited))).toBe("unsupported_algorithm");
  });
});

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
    ["a space", "AQ A"],
    ["a line break", "AQID\n"],
    ["stray bits after one byte", "AR"],
    ["stray bits after two bytes", "AQJ"],
    ["a length that no bytes have", "AQIDB"],
  ])("is not read with %s", (_, text) => {
    expect(decodeBase64url(text)).toBeUndefined();
  });
});
