import { CompactSign } from "jose";
import type { AccessToken, ClientCredentials, JWTStructured } from "oidc-provider";
import { ROLES_CLAIM, type CustomClaims, type Profile } from "./directory.ts";
import type { SigningKey } from "./keys.ts";

/** Auth0's two forms of access token: its own, which is the default, and the one of RFC 9068. */
export type AccessTokenProfile = "auth0" | "rfc9068";

export interface AccessTokenShape {
  readonly profile: AccessTokenProfile;
  readonly emailClaim: string;
  readonly customClaims: CustomClaims;
}

type Claims = Record<string, unknown>;

/**
 * Gives an access token Auth0's header and claims. `user` is undefined for a machine,
 * which then is its own subject: `CLIENT_ID@clients`.
 */
export function shapeAccessToken(
  token: AccessToken | ClientCredentials,
  jwt: JWTStructured,
  user: Profile | undefined,
  { profile, emailClaim, customClaims }: AccessTokenShape,
): void {
  const { iss, aud, iat, exp, scope, jti, client_id: clientId } = jwt.payload as Record<string, string>;
  const grant = user ? {} : { gty: "client-credentials" };
  const profileClaims = profile === "auth0" ? { ...grant, azp: clientId } : { client_id: clientId, jti };

  jwt.header = { typ: profile === "auth0" ? "JWT" : "at+jwt" };
  jwt.payload = {
    ...(user && { ...actionClaims(user, emailClaim), ...customClaims }),
    iss,
    sub: user?.sub ?? `${String(clientId)}@clients`,
    // With `openid` the token is good for the tenant's own userinfo endpoint as well.
    aud: token.scopes.has("openid") ? [aud, `${String(iss)}userinfo`] : aud,
    iat,
    exp,
    scope,
    ...profileClaims,
  };
}

/**
 * Auth0 writes `typ: JWT` into the header of an ID token, which oidc-provider leaves out: signs its payload again, with
 * the tenant's key, or with HS256 where the application has a secret for that.
 */
export function withJwtType(idToken: string, key: SigningKey, hs256Secret?: string): Promise<string> {
  const jws = new CompactSign(Buffer.from(idToken.split(".")[1] ?? "", "base64url"));
  return hs256Secret === undefined
    ? jws.setProtectedHeader({ alg: key.alg, typ: "JWT", kid: key.kid }).sign(key)
    : jws.setProtectedHeader({ alg: "HS256", typ: "JWT" }).sign(Buffer.from(hs256Secret));
}

/** What a post-login Action would add: namespaced claims, which collide with nothing. */
function actionClaims(user: Profile, emailClaim: string): Claims {
  return {
    [emailClaim]: user.email,
    [`${emailClaim}_verified`]: user.emailVerified,
    [ROLES_CLAIM]: user.roles,
  };
}
