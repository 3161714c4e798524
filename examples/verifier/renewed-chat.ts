import type { APIGatewayProxyWebsocketHandlerV2 } from "aws-lambda";
import { identityFrom, type CallerIdentity } from "auth0-api-gateway-authorizer/identity";
import { VerificationError, type IdentityContext } from "auth0-api-gateway-authorizer/verifier";
import { verify } from "./auth.ts";

type Event = Parameters<APIGatewayProxyWebsocketHandlerV2>[0];

/** Stands for a table: the identity that replaced the one of the handshake, by connection. */
const renewed = new Map<string, IdentityContext>();

/** `{"action": "renew", "token": "…"}`: a new token for an open connection, of the user who opened it. */
export const renew: APIGatewayProxyWebsocketHandlerV2 = async (event) => {
  const opener = identityFrom(event, { now: 0 });
  try {
    const { subject, issuer, context } = await verify(tokenIn(event));
    if (subject !== opener.subject || issuer !== opener.issuer) return { statusCode: 403, body: "not yours" };
    renewed.set(event.requestContext.connectionId, context);
    return { statusCode: 200, body: "renewed" };
  } catch (error) {
    if (!(error instanceof VerificationError)) throw error;
    return { statusCode: error.status, body: "not renewed" };
  }
};

/** Any other message: said by the user of the newest token, and rejected where that one has ended too. */
export const message: APIGatewayProxyWebsocketHandlerV2 = (event) => {
  const { email } = newestIdentity(event);
  return Promise.resolve({ statusCode: 200, body: `${email ?? "somebody"}: ${event.body ?? ""}` });
};

/** `$disconnect` */
export const leave: APIGatewayProxyWebsocketHandlerV2 = (event) => {
  renewed.delete(event.requestContext.connectionId);
  return Promise.resolve({ statusCode: 200 });
};

function newestIdentity(event: Event): CallerIdentity {
  const context = renewed.get(event.requestContext.connectionId);
  return identityFrom(context === undefined ? event : { requestContext: { authorizer: context } });
}

function tokenIn({ body }: Event): string | undefined {
  const { token } = JSON.parse(body ?? "{}") as { readonly token?: unknown };
  return typeof token === "string" ? token : undefined;
}
