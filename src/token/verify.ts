import { unwatched, type Step } from "./step.ts";
import { checkIssuer, parseClaims, type ClaimStep } from "./claims.ts";
import type { ClaimRules, TokenClaims } from "./read-claims.ts";
import { checkHeader, decodeUnverifiedJwt } from "./jwt.ts";
import type { KeySet } from "./keys/remote-key-set.ts";

/** What a token goes through; the steps of its claims come after the issuer. */
export type VerificationStep = "form" | "header" | "issuer" | ClaimStep | "key" | "signature";

export interface JwtVerifierOptions {
  readonly rules: ClaimRules;
  /** Seconds since the epoch: tokens that were issued before are refused. */
  readonly cutoff?: number | undefined;
  /** The key set of each issuer of the rules. */
  readonly getKeySet: (issuer: string) => KeySet;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
}

/**
 * Verifies a token: everything but how it came here.
 *
 * @throws Refusal where the token is not acceptable, or its key cannot be had
 */
export type Verify = (token: string, step?: Step<VerificationStep>) => Promise<TokenClaims>;

/**
 * Verifies ID tokens and access tokens. What is cheap comes first and the signature last, so that a token which
 * was never meant for this API costs neither a key nor a fetch.
 */
export function createJwtVerifier({ rules, cutoff, getKeySet, clock }: JwtVerifierOptions): Verify {
  return async (token, step = unwatched) => {
    const jwt = step("form", decodeUnverifiedJwt, token);
    const kid = step("header", checkHeader, jwt.header);
    const issuer = step("issuer", checkIssuer, jwt, rules);
    const claims = parseClaims(jwt, { issuer, rules, now: clock() / 1000, cutoff }, step);
    const key = await step("key", () => getKeySet(issuer).key(kid));
    step("signature", () => key.verifySignature(jwt));
    return claims;
  };
}
