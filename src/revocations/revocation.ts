/** What a revocation ends: every token, or those of a user, of a session, of an application, or one token. */
export type RevocationKind = "all" | "sub" | "sid" | "client" | "token";

/** The end of tokens before their time. It follows from one message alone, so that a replay changes nothing. */
export interface Revocation {
  readonly kind: RevocationKind;
  /**
   * The user (`sub`), the session (`sid`), the client ID, or the base64url of the SHA-256 of the token up to its
   * second dot (RFC 9770 identifies tokens by a hash too). `*` for all.
   */
  readonly value: string;
  /** The issuer whose tokens end: `https://acme.eu.auth0.com/`. `*` for every issuer that is configured. */
  readonly issuer: string;
  /**
   * In seconds since the epoch. Tokens issued at this second or before end, since `iat` has whole seconds. It has no
   * effect on the kinds `sid` and `token`, which end whenever the token was issued.
   */
  readonly notBefore: number;
}
