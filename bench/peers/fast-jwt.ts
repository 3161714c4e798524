import { createPublicKey } from "node:crypto";
import { createVerifier } from "fast-jwt";
import { keysAtHand } from "./keys-at-hand.ts";
import { AUDIENCE, authorizer, ISSUER, JWKS_URI, prime, type Claims, type Jwk } from "./request.ts";

/** fast-jwt fetches nothing and reads no JWK: a team adds both. */
const pems = toPems(keysAtHand() ?? fetchKeys());
void pems.catch(() => undefined);

async function fetchKeys(): Promise<{ keys: Jwk[] }> {
  return (await (await fetch(JWKS_URI)).json()) as { keys: Jwk[] };
}

async function toPems(jwks: { keys: Jwk[] } | Promise<{ keys: Jwk[] }>): Promise<Map<string, string>> {
  const { keys } = await jwks;
  return new Map(
    keys.map((jwk) => [
      jwk.kid,
      createPublicKey({ key: { ...jwk }, format: "jwk" })
        .export({ type: "spki", format: "pem" })
        .toString(),
    ]),
  );
}

function verifier(cache: boolean): (token: string) => Promise<Claims> {
  return createVerifier({
    key: async ({ header }: { header: { kid?: string } }) => (await pems).get(header.kid ?? "") ?? "",
    algorithms: ["RS256"],
    allowedIss: ISSUER,
    allowedAud: AUDIENCE,
    cache,
  }) as (token: string) => Promise<Claims>;
}

export const verify = verifier(false);
/** Keeps the claims of every token that it has seen. */
export const verifyCached = verifier(true);
export const handler = authorizer(verify);
export const primed = prime(verify);
