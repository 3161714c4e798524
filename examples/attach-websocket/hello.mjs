import { identityFrom } from "auth0-api-gateway-authorizer/identity";

/**
 * The authorizer has spoken: whoever gets here may connect. The client offered `bearer` and the token as subprotocols, and
 * a browser ends the connection unless it hears which one is spoken.
 */
export const connect = async () => ({
  statusCode: 200,
  headers: { "Sec-WebSocket-Protocol": "bearer" },
  body: "",
});

/** Every message of a connection has the identity with which it began. */
export const handler = async (event) => {
  const { subject, email } = identityFrom(event);
  return { statusCode: 200, body: JSON.stringify({ subject, email }) };
};
