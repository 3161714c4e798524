import { createLocalJWKSet, createRemoteJWKSet, jwtVerify } from "jose";
import { keysAtHand } from "./keys-at-hand.ts";
import { AUDIENCE, authorizer, ISSUER, JWKS_URI, prime, type Claims } from "./request.ts";

const options = { issuer: ISSUER, audience: AUDIENCE, algorithms: ["RS256"] };
const jwks = keysAtHand();
const keySet = jwks ? createLocalJWKSet(jwks) : createRemoteJWKSet(new URL(JWKS_URI));
if ("reload" in keySet) void keySet.reload().catch(() => undefined);

export async function verify(token: string): Promise<Claims> {
  return (await jwtVerify(token, keySet, options)).payload;
}

export const handler = authorizer(verify);
export const primed = prime(verify);
