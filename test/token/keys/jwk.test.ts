import { describe, expect, test } from "@jest/globals";
import { generateKeyPairSync, sign, verify } from "node:crypto";
import { readJwkSet, readUsableKeys } from "../../../src/token/keys/jwk.ts";
import { createSigningKey } from "../../../src/testing/signing-key.ts";

const good = createSigningKey({ kid: "good" });
const weak = createSigningKey({ kid: "weak", bits: 2040 });
const ec = generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey.export({ format: "jwk" });

function kids(...keys: readonly unknown[]): readonly string[] {
  return [...readJwkSet(JSON.stringify({ keys })).keys()];
}

/** RFC 7518 §2, Base64urlUInt. */
function unsigned(value: bigint): string {
  const digits = value.toString(16);
  return Buffer.from(digits.padStart(digits.length + (digits.length % 2), "0"), "hex").toString("base64url");
}

describe("a key that counts", () => {
  test.each([
    ["without `alg`, because RS256 is pinned here", { alg: undefined }],
    ["without `use`", { use: undefined }],
    ["with `key_ops` that allow verifying", { key_ops: ["verify"] }],
    ["with certificates, as Auth0 sends them", { x5c: ["MIIC"], x5t: "abc" }],
    ["with a key ID that every object has as a name", { kid: "constructor" }],
  ])("%s", (_name, change) => {
    expect(kids({ ...good.jwk, ...change })).toHaveLength(1);
  });

  test.each([
    ["modulus of 2,048 bits", { n: unsigned(1n << 2047n) }, { n: unsigned((1n << 2047n) - 1n) }],
    ["modulus of 16,384 bits", { n: unsigned((1n << 16_384n) - 1n) }, { n: unsigned(1n << 16_384n) }],
    ["exponent of 3", { e: unsigned(3n) }, { e: unsigned(2n) }],
    ["exponent of 64 bits", { e: unsigned((1n << 64n) - 1n) }, { e: unsigned((1n << 64n) + 1n) }],
  ])("with a %s, and nothing beyond", (_, within, beyond) => {
    expect(kids({ ...good.jwk, ...within })).toEqual(["good"]);
    expect(() => kids({ ...good.jwk, ...beyond })).toThrow("no usable RS256 key");
  });

  test("verifies what its private half signed", () => {
    const key = readJwkSet(JSON.stringify({ keys: [good.jwk] })).get("good");
    const data = Buffer.from("data");
    const signature = sign("sha256", data, good.privateKey);
    expect(key && verify("sha256", data, { key, format: "jwk" }, signature)).toBe(true);
  });

  test("is pinned to RS256 and signatures, and carries nothing that is not needed", () => {
    const [key] = readJwkSet(JSON.stringify({ keys: [{ ...good.jwk, alg: undefined, x5c: [] }] })).values();
    const { n, e } = good.jwk;
    expect(key).toEqual({ kty: "RSA", kid: "good", alg: "RS256", use: "sig", n, e });
  });
});

describe("a key that does not count, while the others do", () => {
  test.each<readonly [string, unknown]>([
    ["no object", "key"],
    ["null", null],
    ["an array", []],
    ["of another type", { ...ec, kid: "ec", alg: "RS256", use: "sig" }],
    ["that calls itself of another type", { ...good.jwk, kid: "kty", kty: "RSA-OAEP" }],
    ["symmetric", { kty: "oct", kid: "oct", k: "c2VjcmV0", alg: "RS256" }],
    ["without a key ID", { ...good.jwk, kid: undefined }],
    ["with an empty key ID", { ...good.jwk, kid: "" }],
    ["with a key ID that is not a string", { ...good.jwk, kid: 7 }],
    ["for another algorithm", { ...good.jwk, kid: "ps", alg: "PS256" }],
    ["with an algorithm of null", { ...good.jwk, kid: "null", alg: null }],
    ["for encryption", { ...good.jwk, kid: "enc", use: "enc" }],
    ["not for verifying", { ...good.jwk, kid: "ops", key_ops: ["sign"] }],
    ["with `key_ops` that are not an array", { ...good.jwk, kid: "ops", key_ops: "verify" }],
    ["of 2040 bits", weak.jwk],
    ["padded with zeros to 2048 bits", { ...weak.jwk, n: padded(weak.jwk.n) }],
    ["of more bits than OpenSSL takes", { ...good.jwk, kid: "big", n: "_".repeat(2800) }],
    ["without a modulus", { ...good.jwk, kid: "n", n: undefined }],
    ["with a modulus that is not base64url", { ...good.jwk, kid: "n", n: `${good.jwk.n ?? ""}=` }],
    ["without an exponent", { ...good.jwk, kid: "e", e: undefined }],
    ["with an exponent of 1, for which any signature can be forged", { ...good.jwk, kid: "e", e: "AQ" }],
    ["with an even exponent", { ...good.jwk, kid: "e", e: "AQAA" }],
    ["with an exponent of more than 64 bits", { ...good.jwk, kid: "e", e: "AQAAAAAAAAAAAQ" }],
  ])("%s", (_name, bad) => {
    expect(kids(bad, good.jwk)).toEqual(["good"]);
  });

  test("one of two different keys with the same key ID: neither counts", () => {
    const other = createSigningKey({ kid: "twice" });
    expect(kids({ ...good.jwk, kid: "twice" }, good.jwk, other.jwk)).toEqual(["good"]);
    expect(kids({ ...good.jwk, kid: "twice", e: "Aw" }, { ...good.jwk, kid: "twice" }, good.jwk)).toEqual([
      "good",
    ]);
  });
});

test.each([
  ["a key for encryption", (): object => ({ ...ec, use: "enc" })],
  [
    "an RSA key for encryption",
    (): object => ({ ...createSigningKey({ kid: "good" }).jwk, alg: "RSA-OAEP", use: "enc" }),
  ],
  ["itself, for PS256", (): object => ({ ...good.jwk, alg: "PS256" })],
  ["itself", (): object => good.jwk],
])("a usable key counts beside %s of the same key ID", (_what, other) => {
  const twin = { ...other(), kid: "good" };
  expect(kids(twin, good.jwk)).toEqual(["good"]);
  expect(kids(good.jwk, twin)).toEqual(["good"]);
});

/** So many keys that differ in nothing but their ID. */
const many = (count: number): object[] =>
  Array.from({ length: count }, (_, index) => ({ ...good.jwk, kid: `key-${index}` }));

test("every usable key counts, whatever else is listed among them", () => {
  const others = Array.from({ length: 500 }, (_, index) => ({ ...ec, kid: `ec-${index}` }));
  expect(kids(...others, ...many(40))).toHaveLength(40);
});

describe("a document that is refused", () => {
  test.each([
    ["HTML", "<!DOCTYPE html>", "not JSON"],
    ["nothing", "", "not JSON"],
    ["cut off", '{"keys":[{"kty":"RSA"', "not JSON"],
    ["with a byte order mark", "\uFEFF{}", "not JSON"],
    ["null", "null", "not a JWK Set"],
    ["an array", "[]", "not a JWK Set"],
    ["without keys", "{}", "not a JWK Set"],
    ["with keys that are not an array", '{"keys":{}}', "not a JWK Set"],
    ["with an empty list", '{"keys":[]}', "no usable RS256 key"],
    ["with no key that counts", JSON.stringify({ keys: [weak.jwk, ec] }), "no usable RS256 key"],
  ])("%s", (_name, text, message) => {
    expect(() => readJwkSet(text)).toThrow(new Error(message));
  });

  test("absent, as in a snapshot that lacks it", () => {
    expect(() => readUsableKeys(undefined)).toThrow(new Error("not a JWK Set"));
  });

  test("without quoting in a message what it sent", () => {
    expect(() => readJwkSet("<p>private</p>")).toThrow(/^not JSON$/);
  });
});

/** With a byte of zero in front, which adds digits but no strength. */
function padded(n = ""): string {
  return Buffer.concat([Buffer.alloc(1), Buffer.from(n, "base64url")]).toString("base64url");
}
