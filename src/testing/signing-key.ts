import { generateKeyPairSync, randomBytes, sign, type JsonWebKey, type KeyObject } from "node:crypto";

/** An RSA key pair of a tenant. */
export interface SigningKey {
  /** The key ID, which a token names in its header. */
  readonly kid: string;
  readonly privateKey: KeyObject;
  /** The public half as a tenant publishes it (RFC 7517 §4). */
  readonly jwk: JsonWebKey & { readonly kid: string };
}

/**
 * Makes a key pair.
 *
 * @param options `bits` of the modulus, 2048 unless given: an authorizer ignores keys with fewer (RFC 7518 §3.3); and
 * `kid`, by chance unless given
 */
export function createSigningKey({
  bits = 2048,
  kid = randomBytes(15).toString("base64url"),
}: { readonly bits?: number; readonly kid?: string } = {}): SigningKey {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: bits });
  return { kid, privateKey, jwk: { ...publicKey.export({ format: "jwk" }), kid, alg: "RS256", use: "sig" } };
}

/**
 * A compact JWS (RFC 7515 §7.1), signed with RS256 whatever its header says.
 *
 * @example
 * signJwt({ alg: "RS256", kid: key.kid }, { sub: "auth0|alice" }, key);
 */
export function signJwt(header: object, claims: object, { privateKey }: SigningKey): string {
  const signingInput = `${encode(header)}.${encode(claims)}`;
  return `${signingInput}.${sign("sha256", Buffer.from(signingInput), privateKey).toString("base64url")}`;
}

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString("base64url");
}
