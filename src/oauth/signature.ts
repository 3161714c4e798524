import type { JwtHeader, JwtPayload } from "aws-jwt-verify/jwt-model";
import { JwtVerifierBase } from "aws-jwt-verify/jwt-verifier";
import { Refusal } from "../refusal.ts";
import type { DecodedJwt } from "./jwt.ts";
import type { PublicKey } from "./public-key.ts";

const NOWHERE = "urn:the-key-is-at-hand";
/** The claims were judged by rules of ours, against a clock of ours: each of the library's own is switched off. */
const JUDGED_BEFORE = { issuer: null, audience: null, graceSeconds: Infinity, jwksUri: NOWHERE };

/**
 * Whether this key signed these parts (RFC 7515 §5.2).
 *
 * From 24.18 on, Node.js finds out what kind of key it was handed by catching two errors of its own, and their stack
 * traces take half as long as the verification: they are switched off for as long as it takes.
 *
 * @throws Refusal `bad_signature`
 */
export function verifySignature(jwt: DecodedJwt, key: PublicKey): void {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    judgeOf(key).judge(jwt);
  } catch (cause) {
    throw new Refusal("bad_signature", undefined, { cause });
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

/**
 * aws-jwt-verify as the judge of signatures by one key. It is given the parts that were decoded here: content made
 * for that keeps its own decoder busy for the time of thirty verifications. It imports the key when it is first
 * used, and keeps it; another key, even of the same ID, has a judge of its own.
 */
class SignatureJudge extends JwtVerifierBase<typeof JUDGED_BEFORE, typeof JUDGED_BEFORE, false> {
  constructor({ jwk }: PublicKey) {
    super(JUDGED_BEFORE, {
      getCachedJwk: () => jwk,
      getJwk: () => Promise.resolve(jwk),
      getJwks: () => Promise.resolve({ keys: [jwk] }),
      addJwks: () => undefined,
    });
  }

  judge({ header, claims, parts: [headerB64, payloadB64, signatureB64] }: DecodedJwt): void {
    const decomposed = {
      header: header as JwtHeader,
      headerB64,
      payload: claims as JwtPayload,
      payloadB64,
      signatureB64,
    };
    this.verifyDecomposedJwtSync(decomposed, NOWHERE, JUDGED_BEFORE);
  }
}

const judges = new WeakMap<PublicKey, SignatureJudge>();

function judgeOf(key: PublicKey): SignatureJudge {
  let judge = judges.get(key);
  if (judge === undefined) judges.set(key, (judge = new SignatureJudge(key)));
  return judge;
}
