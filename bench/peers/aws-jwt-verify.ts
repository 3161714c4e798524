import { JwtVerifier } from "aws-jwt-verify";
import { keysAtHand } from "./keys-at-hand.ts";
import { AUDIENCE, authorizer, ISSUER, JWKS_URI, prime, type Claims } from "./request.ts";

const verifier = JwtVerifier.create({ issuer: ISSUER, audience: AUDIENCE, jwksUri: JWKS_URI });
const jwks = keysAtHand();
if (jwks) verifier.cacheJwks(jwks);
else void verifier.hydrate().catch(() => undefined);

export const verify = (token: string): Promise<Claims> => verifier.verify(token);
export const handler = authorizer(verify);
export const primed = prime(verify);
