import { verify as verifyJwt, type JwtHeader, type SigningKeyCallback } from "jsonwebtoken";
import { JwksClient } from "jwks-rsa";
import { keysAtHand } from "./keys-at-hand.ts";
import { AUDIENCE, authorizer, ISSUER, JWKS_URI, prime, type Claims } from "./request.ts";

/** The classic sample for Auth0, with the options that it recommends. */
const jwks = keysAtHand();
const client = new JwksClient({
  jwksUri: JWKS_URI,
  cache: true,
  rateLimit: true,
  ...(jwks && { getKeysInterceptor: () => Promise.resolve(jwks.keys) }),
});
if (!jwks) void client.getSigningKeys().catch(() => undefined);

function signingKey({ kid }: JwtHeader, done: SigningKeyCallback): void {
  client.getSigningKey(kid).then(
    (key) => done(null, key.getPublicKey()),
    (error: unknown) => done(error as Error),
  );
}

export function verify(token: string): Promise<Claims> {
  return new Promise((resolve, reject) => {
    verifyJwt(
      token,
      signingKey,
      { algorithms: ["RS256"], issuer: ISSUER, audience: AUDIENCE },
      (error, claims) => (error ? reject(error) : resolve(claims as unknown as Claims)),
    );
  });
}

export const handler = authorizer(verify);
export const primed = prime(verify);
