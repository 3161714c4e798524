import { identityFrom } from "auth0-api-gateway-authorizer/identity";

/** The authorizer has spoken: whoever gets here may connect. */
export const connect = async () => ({ statusCode: 200, body: "" });

/** Every message of a connection has the identity with which it began. */
export const handler = async (event) => {
  const { subject, email } = identityFrom(event);
  return { statusCode: 200, body: JSON.stringify({ subject, email }) };
};
