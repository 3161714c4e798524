import type { Reason } from "../../errors.ts";

/**
 * What an operator should know or do where the back-channel logout endpoint refuses a request: the authorizer's hints
 * speak of other tokens and of other settings.
 */
const HINTS = {
  missing_token:
    "The request is not a form with exactly one `logout_token`. Auth0 does not send such requests, so it came from elsewhere.",
  malformed_token:
    "The logout token is not a well-formed JWT: three parts of unpadded base64url, the first two JSON. It did not come from Auth0.",
  opaque_or_encrypted_token: "The logout token is not a signed JWT. It did not come from Auth0.",
  token_too_large: "The logout token is larger than 8 KB or has more than 500 members.",
  unsupported_algorithm:
    "The logout token is not signed with RS256. In the Auth0 application, under Advanced Settings, OAuth, switch the JSON Web Token signature algorithm to RS256.",
  unsupported_header:
    "The logout token's header lacks a `kid` or has a parameter that is not accepted (such as `crit` or `jku`).",
  wrong_token_type:
    "This is not a logout token: it has another type, lacks the back-channel logout event, or has a nonce.",
  unknown_issuer:
    "The logout token comes from another tenant. Compare its `iss` with this function's AUTH0_DOMAIN.",
  unknown_audience:
    "The logout token was issued for another application. Add the application whose back-channel logout URI this is to this function's AUTH0_CLIENT_IDS.",
  unknown_key:
    "The tenant does not publish the key that signed this logout token: it was revoked, or the token is forged.",
  bad_signature: "The logout token's signature does not match: it was changed or forged.",
  expired:
    "The logout token arrived after its two minutes, or again later. Auth0 does not send it a second time: if the session still matters, revoke it with the command line.",
  not_yet_valid: "The logout token is not valid yet. Compare the clocks.",
  missing_claim:
    "The logout token lacks a claim. Without `sid` it would revoke all sessions of the user, so it is rejected. The detail names the claim.",
  invalid_claim:
    "A claim of the logout token has a type or a value that is not acceptable. The detail names it.",
  keys_unavailable:
    "The tenant's keys could not be fetched, so the logout token was not verified and the session is not revoked. The detail says which host failed and how.",
} as const satisfies Partial<Record<Reason, string>>;

/** @returns undefined for reasons that no logout token is refused for */
export function getLogoutHint(reason: Reason): string | undefined {
  return Object.hasOwn(HINTS, reason) ? HINTS[reason as keyof typeof HINTS] : undefined;
}
