import type { TokenClaims } from "../oauth/claims.ts";
import { member } from "../oauth/jwt.ts";

/** What of a verified token can be revoked. */
export interface RevocableToken {
  readonly issuer: string;
  readonly subject: string;
  readonly clientId: string | undefined;
  readonly sessionId: string | undefined;
  /** Seconds since the epoch. */
  readonly issuedAt: number;
  /** Seconds since the epoch. */
  readonly expiresAt: number;
  /** The token itself. */
  readonly token: string;
}

/** What of a verified token can be revoked. The session is Auth0's `sid` in ID tokens; access tokens have none. */
export function revocableToken(
  token: string,
  claims: TokenClaims,
  { sessionClaim }: { readonly sessionClaim: string | undefined },
): RevocableToken {
  const { issuer, subject, clientId, issuedAt, expiresAt, all } = claims;
  const claim = claims.use === "id" ? "sid" : sessionClaim;
  const session = claim === undefined ? undefined : member(all, claim);
  return {
    issuer,
    subject,
    clientId,
    sessionId: typeof session === "string" ? session : undefined,
    issuedAt,
    expiresAt,
    token,
  };
}
