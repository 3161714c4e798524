import { identityFrom } from "auth0-api-gateway-authorizer/identity";

export const handler = async (event) => {
  const { subject, email } = identityFrom(event);
  return { statusCode: 200, body: JSON.stringify({ subject, email }) };
};

/** Only callers whom the authorizer let in get here. */
export const connect = async () => ({ statusCode: 200, body: "" });

/** Anybody may ask this. */
export const health = async () => ({ statusCode: 200, body: "ok" });
