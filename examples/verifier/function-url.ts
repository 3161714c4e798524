import type { APIGatewayProxyStructuredResultV2, LambdaFunctionURLHandler } from "aws-lambda";
import { bearerToken, VerificationError } from "auth0-api-gateway-authorizer/verifier";
import { verify } from "./auth.ts";

/** A Lambda with a URL of its own (`AuthType: NONE`), which no gateway stands in front of. */
export const handler: LambdaFunctionURLHandler = async (event) => {
  try {
    const { email } = await verify(bearerToken(event.headers["authorization"]));
    return { statusCode: 200, body: `Hello ${email ?? "somebody"}` };
  } catch (error) {
    if (error instanceof VerificationError) return refusal(error);
    throw error;
  }
};

/** RFC 6750 §3: a challenge, and no error for a caller who sent nothing. The reason is for the log. */
function refusal({ status, reason }: VerificationError): APIGatewayProxyStructuredResultV2 {
  console.warn(JSON.stringify({ event: "refused", reason }));
  if (status === 500) return { statusCode: 503, headers: { "retry-after": "5" } };
  if (status === 403) return { statusCode: 403 };
  const challenge = reason === "missing_token" ? "Bearer" : 'Bearer error="invalid_token"';
  return { statusCode: 401, headers: { "www-authenticate": challenge } };
}
