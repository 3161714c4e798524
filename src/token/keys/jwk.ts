import { decodeBase64url } from "../jwt.ts";

/** An RSA public key (RFC 7518 §6.3.1) that may have signed a token. */
export type RsaJwk = Readonly<Record<"kty" | "kid" | "alg" | "use" | "n" | "e", string>>;

/** Usable keys by key ID. */
export type JwkSet = ReadonlyMap<string, RsaJwk>;

/** RFC 7518 §3.3. */
const MIN_MODULUS = 1n << 2047n;
/** Beyond this OpenSSL refuses to verify. */
const MAX_MODULUS = 1n << 16_384n;

/** @throws Error where the text is not JSON, or as {@link readUsableKeys} does */
export function readJwkSet(text: string): JwkSet {
  return readUsableKeys(parseJson(text));
}

/**
 * The usable keys of a JWK Set (RFC 7517 §5) by key ID. A key that cannot sign RS256 is left out, and so is a key
 * ID that stands for two different keys that can; the others count.
 *
 * @throws Error where the document is not a JWK Set or has no usable key
 */
export function readUsableKeys(document: unknown): JwkSet {
  const keys = isObject(document) ? document["keys"] : undefined;
  if (!Array.isArray(keys)) throw new Error("not a JWK Set");
  const usable = withoutAmbiguous(keys.filter(isObject).filter(isUsable));
  if (usable.length === 0) throw new Error("no usable RS256 key");
  return new Map(usable.map((jwk) => [jwk.kid, toPublicJwk(jwk)]));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's message quotes the answer: it must not become a cause, which is logged.
    throw new Error("not JSON");
  }
}

type Jwk = Readonly<Record<string, unknown>>;

type UsableJwk = Jwk & Pick<RsaJwk, "kid" | "n" | "e">;

/** Leaves out each key ID that stands for two different keys (RFC 7517 §4.5): which of them signed cannot be told. */
function withoutAmbiguous(keys: readonly UsableJwk[]): readonly UsableJwk[] {
  return keys.filter(({ kid, n, e }) =>
    keys.every((other) => other.kid !== kid || (other.n === n && other.e === e)),
  );
}

/** RFC 7517 §4: made for signatures, with RS256, and strong enough. */
function isUsable(jwk: Jwk): jwk is UsableJwk {
  const { kty, kid, alg = "RS256", use = "sig", key_ops: operations = ["verify"] } = jwk;
  return (
    kty === "RSA" &&
    typeof kid === "string" &&
    kid !== "" &&
    alg === "RS256" &&
    use === "sig" &&
    Array.isArray(operations) &&
    operations.includes("verify") &&
    isModulus(jwk["n"]) &&
    isExponent(jwk["e"])
  );
}

function isModulus(n: unknown): boolean {
  const modulus = readUnsignedInteger(n);
  return modulus >= MIN_MODULUS && modulus < MAX_MODULUS;
}

/** Odd and at least 3: with an exponent of 1, every signature could be forged. */
function isExponent(e: unknown): boolean {
  const exponent = readUnsignedInteger(e);
  return exponent >= 3n && exponent < 1n << 64n && exponent % 2n === 1n;
}

/** RFC 7518 §2, Base64urlUInt; 0 where the value is not one. */
function readUnsignedInteger(value: unknown): bigint {
  const bytes = typeof value === "string" ? decodeBase64url(value) : undefined;
  return BigInt(`0x0${bytes?.toString("hex") ?? ""}`);
}

function toPublicJwk({ kid, n, e }: Pick<RsaJwk, "kid" | "n" | "e">): RsaJwk {
  return { kty: "RSA", kid, alg: "RS256", use: "sig", n, e };
}

function isObject(value: unknown): value is Jwk {
  return typeof value === "object" && value !== null;
}
