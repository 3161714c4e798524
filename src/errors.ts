export function isErrorReason(reason: Reason): reason is ErrorReason {
  return Object.hasOwn(ERROR_REASONS, reason);
}

export function isDenyReason(reason: Reason): reason is DenyReason {
  return Object.hasOwn(DENY_REASONS, reason);
}

/** Whether the token may be accepted later as it is: such an answer must not be cached. */
export function mayBecomeValid(reason: Reason): boolean {
  return reason === "not_yet_valid" || reason === "unknown_key";
}

/** Why a verified caller is denied. It is returned, not thrown: a denial is not an error. */
export interface Denial {
  readonly reason: DenyReason;
  /** What is known beyond the reason, safe to log: a name, never a value. */
  readonly detail?: string;
}

/**
 * Runs a function, and gives the errors that are made in it no stack trace: collecting one takes V8 longer than all the
 * rest of rejecting a token.
 */
export function withoutStackTraces<T>(run: () => T): T {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return run();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

/**
 * The one error of the request path: a token is not valid, or nothing can be decided. An authorizer throws it where the
 * gateway is to answer 500; where it is to answer 401, this is the cause of the error `Unauthorized`.
 */
export class AuthorizerError extends Error {
  override readonly name = "AuthorizerError";
  /** The reason, of a closed set. */
  readonly code: UnauthorizedReason | ErrorReason;
  /** What is known beyond the reason, safe to log: the name of a claim or of a host, never a value of a token. */
  readonly detail: string | undefined;

  constructor(reason: UnauthorizedReason | ErrorReason, detail?: string, options?: ErrorOptions) {
    // Where in the code it was thrown says no more than the reason, and would cost more than all the rest.
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    super(detail === undefined ? reason : `${reason}: ${detail}`, options);
    Error.stackTraceLimit = stackTraceLimit;
    this.code = reason;
    this.detail = detail;
  }
}

/** The token is missing, malformed or not acceptable: HTTP 401 where the gateway allows it (RFC 6750 §3.1). */
export const UNAUTHORIZED_REASONS = {
  missing_token: "The request has no bearer token. Send the header `Authorization: Bearer <token>`.",
  malformed_header:
    "The Authorization header is not exactly one `Bearer <token>`, or the token was sent in two places.",
  malformed_token:
    "The token is not a JWT: three parts of unpadded base64url, the first two JSON. A token that begins with `v1.` is a refresh token.",
  opaque_or_encrypted_token:
    "The access token is opaque or encrypted. Usually the application did not request the `audience`: add the API's identifier to the authorization request. If it did, the API encrypts its tokens: switch that off. `Bearer null` and `Bearer undefined` come from a client that has no token yet.",
  token_too_large:
    "The token is larger than 8 KB or has more than 500 members. Remove claims that an Action adds.",
  unsupported_algorithm:
    "The token is not signed with RS256. In the Auth0 application, under Advanced Settings, OAuth, switch the JSON Web Token signature algorithm to RS256. For an access token, switch the signing algorithm in the settings of the API instead.",
  unsupported_header:
    "The token's header has no `kid`, or a parameter that is not accepted, such as `crit` or `jku`.",
  wrong_token_type:
    "The token is not a valid ID token or access token: its claims mix the two kinds, its `typ` is not accepted by AUTH0_ACCESS_TOKEN_PROFILE, or it is a logout token.",
  unknown_issuer:
    "The token's `iss` is not `https://DOMAIN/` of a domain in AUTH0_DOMAIN. List a custom domain as well.",
  unknown_audience:
    "The token's `aud` matches no configured audience. Compare it with AUTH0_CLIENT_IDS (ID tokens) and AUTH0_AUDIENCES (access tokens) character by character, including a slash at the end.",
  ambiguous_audience: "The token's `aud` contains both an application and an API.",
  unknown_key:
    "The tenant does not publish the key that signed this token. The key was revoked, or the token is forged.",
  bad_signature: "The signature does not match. The token was changed or forged.",
  expired: "The token has expired. The application must get a new one.",
  not_yet_valid:
    "The `nbf` or `iat` of the token is in the future. Check the clock of the issuer, or of the machine that made the token.",
  missing_claim: "A claim that this kind of token requires is missing. The detail names it.",
  invalid_claim: "A claim has a type or a value that is not accepted. The detail names it.",
  issued_before_cutoff: "The token was issued before AUTHORIZER_ISSUED_AFTER. The user must sign in again.",
  revoked:
    "The token was revoked. The detail names what was: the user (sub), an actor (act), the user's membership of the organization (member), the session (sid), the application (client) or the token itself (token). The user can sign in again, unless they are blocked in Auth0.",
  sender_constrained_token:
    "Tokens that are bound to a key (DPoP or mutual TLS) are not supported. Switch off sender constraining for this API in Auth0.",
} as const;

/** The token is valid, but its bearer is not allowed: HTTP 403 (RFC 6750 §3.1). */
export const DENY_REASONS = {
  email_missing:
    "The token has no email. ID token: request the scope `email`. Access token: add the claim AUTH0_EMAIL_CLAIM in a post-login Action. Then get a new token.",
  email_not_verified:
    "The email was not verified when the token was issued, or the connection sends `email_verified` as something other than true or false. AUTHORIZER_EMAIL_POLICY=verified requires it. After the user verifies it, the application must get a new token.",
  email_unsupported: "The email address is not plain ASCII with exactly one @ and at most 254 characters.",
  agent_not_allowed:
    "The token belongs to an AI agent that acts for itself, not to a user. To accept it, set AUTHORIZER_ALLOW_AGENTS.",
  actor_not_allowed:
    "An actor, such as an AI agent or a support engineer, uses the token on the user's behalf, and AUTHORIZER_ACTORS does not allow it.",
  machine_not_allowed:
    "The token belongs to a machine, not to a user. The token on an API's Test tab in Auth0 is one. Use a user's token, or set AUTHORIZER_ALLOW_MACHINES.",
  anonymous_not_allowed:
    "The token belongs to an anonymous session, not to a user who has signed in. To accept it, set AUTHORIZER_ALLOW_ANONYMOUS.",
  organization_not_allowed: "The user did not sign in to one of AUTH0_ORGANIZATIONS.",
  email_domain_not_allowed:
    "The email address is in none of AUTHORIZER_EMAIL_DOMAINS. A subdomain is a separate domain.",
  claim_not_allowed:
    "A claim is missing, or has none of the values in AUTH0_REQUIRED_CLAIMS. The detail names it. After a change in Auth0, the application must get a new token.",
  permission_missing:
    "The token lacks a permission that AUTH0_REQUIRED_PERMISSIONS, the route or the stage variable auth0Permissions requires. The detail names it. After a change in Auth0, the application must get a new token.",
  route_not_listed:
    "Permissions by route are set (AUTHORIZER_ROUTE_PERMISSIONS or routes.json), but no rule names this route. Add it. With nothing after the `=`, any signed-in caller may call it.",
  context_value_unsupported:
    "The token is valid, but API Gateway cannot carry one of its values. The detail names it: a claim with a control character or a space at an end, a permission with a space, on an HTTP API with payload 1.0 a quote or a backslash, or more than 6 KB in all.",
  claims_too_large:
    "The claims of AUTH0_CONTEXT_CLAIMS exceed 2 KB. Pass on fewer, or shorten them in the Auth0 Action.",
} as const;

/** It cannot be decided whether the caller is allowed: HTTP 500, which is never cached. */
export const ERROR_REASONS = {
  keys_unavailable:
    "The tenant's keys could not be fetched and none are cached. The detail says which host failed and how.",
  unsupported_event:
    "The event is not one that API Gateway sends to a Lambda authorizer, or it lacks what permissions by route need. The detail says which.",
  identity_source_without_token:
    "The HTTP API's identity source does not contain the token, so a caller could get another caller's cached answer. Add $request.header.Authorization to the identity sources of this authorizer.",
  identity_source_without_route:
    "There are permissions by route, and the HTTP API's identity source does not contain the route, so a decision for one route could be cached for another. Add $context.routeKey to the identity sources of this authorizer, beside $request.header.Authorization.",
  stage_variable_invalid:
    "The stage variable that the detail names is missing (AUTHORIZER_SHARED=true), cannot be read, or has a value that is neither in AUTH0_AUDIENCES nor in AUTH0_CLIENT_IDS.",
  revocations_unavailable:
    "The table of revocations (REVOCATION_TABLE) could not be read. The detail says why.",
} as const;

export type UnauthorizedReason = keyof typeof UNAUTHORIZED_REASONS;

type DenyReason = keyof typeof DENY_REASONS;

export type ErrorReason = keyof typeof ERROR_REASONS;

/** The closed set of reasons. Every one is safe to log and to alarm on. */
export type Reason = UnauthorizedReason | DenyReason | ErrorReason;

/** What an operator should know or do about a reason. Logged and documented, never sent to the caller. */
export function getHint(reason: Reason): string {
  if (isErrorReason(reason)) return ERROR_REASONS[reason];
  return isDenyReason(reason) ? DENY_REASONS[reason] : UNAUTHORIZED_REASONS[reason];
}
