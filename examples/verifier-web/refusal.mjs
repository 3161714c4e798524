import { VerificationError } from "auth0-api-gateway-authorizer/verifier";

/**
 * What to answer where there is no caller: the status and the headers (RFC 6750 §3).
 *
 * @throws whatever is not a refusal
 */
export function refusal(error) {
  if (!(error instanceof VerificationError)) throw error;
  const { status, reason } = error;
  console.warn(JSON.stringify({ event: "refused", reason }));
  if (status === 500) return { status: 503, headers: { "retry-after": "5" } };
  if (status === 403) return { status, headers: {} };
  const challenge = reason === "missing_token" ? "Bearer" : 'Bearer error="invalid_token"';
  return { status, headers: { "www-authenticate": challenge } };
}
