import type { APIGatewayProxyHandler } from "aws-lambda";
import { identityFrom } from "auth0-api-gateway-authorizer/identity";

/** `GET /account`: of our tenant's users alone, whatever authorizer stands in front. */
export const account: APIGatewayProxyHandler = (event) => {
  const { subject } = identityFrom(event, { issuers: ["https://acme.eu.auth0.com/"] });
  return Promise.resolve({ statusCode: 200, body: JSON.stringify({ subject }) });
};
