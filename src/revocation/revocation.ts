/** What a revocation covers. Each kind has a key of its own in the table, so that one never narrows or hides another. */
export type RevocationScope =
  /** Every token of a user or an actor, by `sub`. */
  | { readonly kind: "sub"; readonly sub: string }
  /** A user's tokens for one organization (`org_id`). */
  | { readonly kind: "member"; readonly organizationId: string; readonly sub: string }
  /** The tokens of a session, by `sid`. */
  | { readonly kind: "sid"; readonly sid: string }
  /** Tokens that were issued to an application, by its client ID. */
  | { readonly kind: "client"; readonly clientId: string }
  /** One token, by {@link tokenHash}. */
  | { readonly kind: "token"; readonly hash: string };

export type RevocationKind = RevocationScope["kind"];

/** Whether the time of a revocation counts: sessions and single tokens are revoked whenever they were issued. */
export function isByTime({ kind }: Pick<RevocationScope, "kind">): boolean {
  return kind !== "sid" && kind !== "token";
}

/** A revocation follows from one message alone, so that a replay changes nothing. */
export interface Revocation {
  readonly scope: RevocationScope;
  /**
   * In seconds since the epoch. Tokens issued in this second or before are revoked, since `iat` has whole seconds. The
   * kinds `sid` and `token` are revoked whenever they were issued; for them this only tells when.
   */
  readonly notBefore: number;
}
