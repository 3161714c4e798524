import { readHttpRequest, type HttpResponse } from "./http-request.ts";
import { logoutTokenIn } from "./logout-request.ts";
import type { LogoutTokenClaims } from "../../token/logout-token.ts";
import { isErrorReason, AuthorizerError } from "../../errors.ts";
import type { WriterDependencies } from "./revoke-on-event.ts";

export interface BackChannelLogoutOptions extends WriterDependencies {
  /** @throws AuthorizerError if the token is not acceptable, or its key is not available */
  readonly verify: (logoutToken: string) => Promise<LogoutTokenClaims>;
}

const TYPE = "logout_token";
/** OIDC Back-Channel Logout 1.0 §2.8. */
const NO_STORE = { "Cache-Control": "no-store" };
const DONE: HttpResponse = { statusCode: 200, headers: NO_STORE, body: "" };
const NOT_POST: HttpResponse = { statusCode: 405, headers: { ...NO_STORE, Allow: "POST" }, body: "" };
const BAD_REQUEST: HttpResponse = {
  statusCode: 400,
  headers: { ...NO_STORE, "Content-Type": "application/json" },
  body: '{"error":"invalid_request"}',
};
/** §2.8 has 400 for a logout that failed, too. To Auth0 that means never again for this session, and the token may be good. */
const UNAVAILABLE: HttpResponse = { statusCode: 503, headers: { ...NO_STORE, "Retry-After": "5" }, body: "" };

/**
 * The handler of a back-channel logout endpoint (OIDC Back-Channel Logout 1.0 §2.5 to §2.8), behind a function URL or an
 * API of any kind. A logout token does not say who caused it, so that it revokes the tokens of its session and no others.
 */
export function createBackChannelLogout(
  options: BackChannelLogoutOptions,
): (event: unknown) => Promise<HttpResponse> {
  const { log } = options;
  return async (event) => {
    const request = readHttpRequest(event);
    if (request !== undefined && request.method !== "POST") return NOT_POST;
    const token = request && logoutTokenIn(request.contentType, request.body);
    if (token !== undefined) return revokeByToken(token, options);
    log.logoutRefused(undefined);
    return BAD_REQUEST;
  };
}

async function revokeByToken(token: string, options: BackChannelLogoutOptions): Promise<HttpResponse> {
  const { verify, log } = options;
  try {
    return await revokeSession(await verify(token), options);
  } catch (error) {
    if (!(error instanceof AuthorizerError)) throw error;
    log.logoutRefused(error);
    return isErrorReason(error.code) ? UNAVAILABLE : BAD_REQUEST;
  }
}

/** A session's item tells when by the token alone, so that a token that is sent again changes nothing. */
async function revokeSession(
  { sessionId, issuedAt }: LogoutTokenClaims,
  { put, log, clock }: BackChannelLogoutOptions,
): Promise<HttpResponse> {
  // The tolerance of clocks accepts a token from the future, which a revocation never is.
  const notBefore = Math.floor(Math.min(issuedAt, clock() / 1000));
  try {
    const result = await put({ scope: { kind: "sid", sid: sessionId }, notBefore });
    log.stored({ type: TYPE, kind: "sid", result, delayMs: clock() - issuedAt * 1000, isTest: false });
    return DONE;
  } catch (error) {
    const isRetried = !(error instanceof RangeError);
    log.notWritten({ type: TYPE, error: error as Error, isRetried });
    return isRetried ? UNAVAILABLE : BAD_REQUEST;
  }
}
