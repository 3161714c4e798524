import type { KeySet, PublicKey } from "../../../src/token/keys/remote-key-set.ts";
import { readJwkSet } from "../../../src/token/keys/jwk.ts";
import { VerificationKey } from "../../../src/token/signature.ts";
import { AuthorizerError } from "../../../src/errors.ts";
import type { SigningKey } from "../../../src/testing/signing-key.ts";

/** The public half of a key, as a key set gives it. */
export function publicKeyOf({ jwk }: SigningKey): PublicKey {
  const [key] = readJwkSet(JSON.stringify({ keys: [jwk] })).values();
  if (key === undefined) throw new Error("no usable key");
  return new VerificationKey(key);
}

/** A key set of these keys, never fetched, that remembers which key IDs it was asked for. */
export class StaticKeySet implements KeySet {
  readonly asked: string[] = [];
  readonly #keys: ReadonlyMap<string, PublicKey>;

  constructor(...keys: readonly SigningKey[]) {
    this.#keys = new Map(keys.map((key) => [key.kid, publicKeyOf(key)]));
  }

  key(kid: string): Promise<PublicKey> {
    this.asked.push(kid);
    const found = this.#keys.get(kid);
    return found === undefined ? Promise.reject(new AuthorizerError("unknown_key")) : Promise.resolve(found);
  }
}
