import { Refusal } from "../refusal.ts";
import { checkClaims, type ClaimRules, type TokenUse } from "./claims.ts";
import { checkHeader, decodeUnverifiedJwt, member, type JsonObject } from "./jwt.ts";
import type { KeySet } from "./key-set.ts";
import { verifySignature } from "./signature.ts";

/** What a token says once everything about it was checked. */
interface VerifiedToken {
  readonly use: TokenUse;
  readonly claims: JsonObject;
}

export interface VerifierOptions {
  readonly rules: ClaimRules;
  /** The key set of each issuer of the rules. */
  readonly keySets: ReadonlyMap<string, KeySet>;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
}

/** @throws Refusal where the token is not acceptable, or its key cannot be had */
export type Verify = (token: string) => Promise<VerifiedToken>;

/**
 * Verifies ID tokens and access tokens. What is cheap comes first and the signature last, so that a token which
 * was never meant for this API costs neither a key nor a fetch.
 */
export function createVerifier({ rules, keySets, clock }: VerifierOptions): Verify {
  return async (token) => {
    const jwt = decodeUnverifiedJwt(token);
    const kid = checkHeader(jwt.header);
    const use = checkClaims(jwt, rules, clock() / 1000);
    const key = await keySetOf(jwt.claims, keySets).key(kid);
    verifySignature(jwt, key);
    return { use, claims: jwt.claims };
  };
}

function keySetOf(claims: JsonObject, keySets: ReadonlyMap<string, KeySet>): KeySet {
  const keySet = keySets.get(String(member(claims, "iss")));
  if (keySet === undefined) throw new Refusal("unknown_issuer");
  return keySet;
}
