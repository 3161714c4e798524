import { identityFrom } from "auth0-api-gateway-authorizer/identity";

export const handler = async (event) => {
  const { subject, email } = identityFrom(event);
  return { statusCode: 200, body: JSON.stringify({ subject, email }) };
};

/** Only authorized callers reach this. */
export const connect = async () => ({ statusCode: 200, body: "" });

/** Public. */
export const health = async () => ({ statusCode: 200, body: "ok" });
