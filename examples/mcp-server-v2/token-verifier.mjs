import { OAuthError, OAuthErrorCode } from "@modelcontextprotocol/server";
import { VerificationError } from "auth0-api-gateway-authorizer/verifier";

/**
 * The SDK's `OAuthTokenVerifier`, for an MCP server that no gateway stands in front of: for `requireBearerAuth`.
 *
 * @param verify what `createVerifier` made
 */
export function tokenVerifier(verify) {
  return {
    async verifyAccessToken(token) {
      const { clientId = "", scopes, expiresAt, ...caller } = await verify(token).catch(refuse);
      const expiresInSeconds = expiresAt.getTime() / 1000;
      return { token, clientId, scopes: [...scopes], expiresAt: expiresInSeconds, extra: { caller } };
    },
  };
}

const CODES = {
  401: OAuthErrorCode.InvalidToken,
  403: OAuthErrorCode.InsufficientScope,
  500: OAuthErrorCode.ServerError,
};

/** The SDK makes 401, 403 and 500 of these, and 500 of every other error. The client receives the reason and nothing else. */
function refuse(error) {
  if (!(error instanceof VerificationError)) throw error;
  throw new OAuthError(CODES[error.status], error.reason);
}
