import type { APIGatewayProxyHandler } from "aws-lambda";
import { identityFrom } from "auth0-api-gateway-authorizer/identity";

/** `GET /account`: for our tenant's users only, behind any authorizer. */
export const account: APIGatewayProxyHandler = (event) => {
  const { subject } = identityFrom(event, { issuers: ["https://acme.eu.auth0.com/"] });
  return Promise.resolve({ statusCode: 200, body: JSON.stringify({ subject }) });
};
