import { getOwn } from "../token/jwt.ts";
import type { TokenClaims } from "../token/claims.ts";
import { MAX_IDENTIFIER_BYTES, MAX_KEY_BYTES, toKey, tokenHash } from "./item.ts";
import { isByTime, type RevocationScope } from "./revocation.ts";

/** A key of the table under which a token may be revoked. */
export interface RevocableKey {
  /** The partition key, such as `sub#auth0|alice`. */
  readonly key: string;
  /** What is revoked there, for the log: `sub`, `act`, `member`, `sid`, `client` or `token`. */
  readonly label: string;
  /** Whether the time of the revocation counts. */
  readonly isByTime: boolean;
}

/** A claim that cannot be looked up. The message names the claim. */
export class UnusableClaimError extends Error {
  override readonly name = "UnusableClaimError";
}

/**
 * The keys under which a token may be revoked, each once: an actor that stands twice in `act`, or is the subject too,
 * would make DynamoDB refuse the whole request.
 *
 * @param sessionClaim the claim with the session in access tokens; ID tokens have `sid`
 * @throws UnusableClaimError where an identifier is above 1,024 bytes, not valid Unicode, or not a string
 */
export function readRevocableKeys(
  token: string,
  claims: TokenClaims,
  sessionClaim: string | undefined,
): readonly RevocableKey[] {
  const { subject: sub, actors, clientId, organization } = claims;
  const keys = new Map<string, RevocableKey>();
  const add = (label: string, claim: string, identifier: string, scope: RevocationScope): void => {
    const key = toKey(scope);
    checkIdentifier(identifier, key, claim);
    if (!keys.has(key)) keys.set(key, { key, label, isByTime: isByTime(scope) });
  };
  add("sub", "sub", sub, { kind: "sub", sub });
  for (const actor of actors) add("act", "act", actor, { kind: "sub", sub: actor });
  const organizationId = organization?.id;
  if (organizationId) add("member", "org_id", organizationId, { kind: "member", organizationId, sub });
  const claim = claims.use === "id" ? "sid" : sessionClaim;
  const sid = claim === undefined ? undefined : readSession(claims, claim);
  if (claim !== undefined && sid !== undefined) add("sid", claim, sid, { kind: "sid", sid });
  if (clientId) add("client", "azp", clientId, { kind: "client", clientId });
  add("token", "token", "", { kind: "token", hash: tokenHash(token) });
  return Array.from(keys.values());
}

/** A session that is not a string could never be found in the table. */
function readSession({ all }: TokenClaims, claim: string): string | undefined {
  const session = getOwn(all, claim) ?? "";
  if (typeof session !== "string") throw new UnusableClaimError(claim);
  return session === "" ? undefined : session;
}

function checkIdentifier(identifier: string, key: string, claim: string): void {
  const bytes = Buffer.from(identifier);
  const isTooLong = bytes.length > MAX_IDENTIFIER_BYTES || Buffer.byteLength(key) > MAX_KEY_BYTES;
  if (isTooLong) throw new UnusableClaimError(`${claim}: too long to be looked up`);
  // Half of a surrogate pair would reach the table as another character.
  if (bytes.toString() !== identifier) throw new UnusableClaimError(`${claim}: not valid Unicode`);
}
