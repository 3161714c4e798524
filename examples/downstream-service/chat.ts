import type { APIGatewayProxyWebsocketHandlerV2 } from "aws-lambda";
import { identityFrom, IdentityError } from "auth0-api-gateway-authorizer/identity";

/** A message of a connection, which may have been open for longer than its token lives. */
export const message: APIGatewayProxyWebsocketHandlerV2 = (event) => {
  try {
    const { email } = identityFrom(event);
    return Promise.resolve({ statusCode: 200, body: `${email ?? "somebody"}: ${event.body ?? ""}` });
  } catch (error) {
    if (!(error instanceof IdentityError) || error.code !== "expired") throw error;
    return Promise.resolve({ statusCode: 401, body: "connect again, with a new token" });
  }
};
