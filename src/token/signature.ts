import type { JwksCache } from "aws-jwt-verify/jwk";
import type { JwtHeader, JwtPayload } from "aws-jwt-verify/jwt-model";
import { JwtVerifierBase } from "aws-jwt-verify/jwt-verifier";
import { AuthorizerError, withoutStackTraces } from "../errors.ts";
import type { DecodedJwt } from "./jwt.ts";
import type { RsaJwk } from "./keys/jwk.ts";

const NOWHERE = "urn:the-key-is-at-hand";
/** The claims have been checked by rules of ours, against a clock of ours: the library's own checks are switched off. */
const SIGNATURE_ONLY = { issuer: null, audience: null, graceSeconds: Infinity, jwksUri: NOWHERE };

/**
 * A public key that verifies signatures by aws-jwt-verify. The library takes the key in when it is first used, and
 * keeps it; another key, even of the same ID, is another instance.
 */
export class VerificationKey {
  readonly #jwk: RsaJwk;
  #verifier: SignatureVerifier | undefined;

  constructor(jwk: RsaJwk) {
    this.#jwk = jwk;
  }

  /**
   * Verifies that this key signed the token (RFC 7515 §5.2).
   *
   * From 24.18 on, Node.js finds out which type of key it was given by catching two errors of its own, and their stack
   * traces take half as long as the verification: they are switched off for as long as it takes.
   *
   * @throws AuthorizerError `bad_signature`
   */
  verifySignature(jwt: DecodedJwt): void {
    const verifier = (this.#verifier ??= new SignatureVerifier(this.#jwk));
    try {
      withoutStackTraces(() => verifier.verifyDecoded(jwt));
    } catch (cause) {
      throw new AuthorizerError("bad_signature", undefined, { cause });
    }
  }
}

/**
 * The library's verifier with one key at hand. It is given the parts that were decoded here: content made for that
 * keeps its own decoder busy for the time of thirty verifications.
 */
class SignatureVerifier extends JwtVerifierBase<typeof SIGNATURE_ONLY, typeof SIGNATURE_ONLY, false> {
  constructor(jwk: RsaJwk) {
    // A synchronous verification calls no other member of the library's cache.
    const cache: Pick<JwksCache, "getCachedJwk"> = { getCachedJwk: () => jwk };
    super(SIGNATURE_ONLY, cache as JwksCache);
  }

  verifyDecoded(jwt: DecodedJwt): void {
    this.verifyDecomposedJwtSync(toLibraryForm(jwt), NOWHERE, SIGNATURE_ONLY);
  }
}

/** A token in the library's own form. */
function toLibraryForm({ header, claims, parts: [headerB64, payloadB64, signatureB64] }: DecodedJwt) {
  return {
    header: header as JwtHeader,
    headerB64,
    payload: claims as JwtPayload,
    payloadB64,
    signatureB64,
  };
}
