import { identityFrom } from "auth0-api-gateway-authorizer/identity";

/**
 * Only callers whom the authorizer allowed get here. The client offered `bearer` and the token as subprotocols, and a
 * browser ends the connection unless it is told which one is spoken.
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
