import type { APIGatewayProxyHandler } from "aws-lambda";
import { identityFrom } from "auth0-api-gateway-authorizer/identity";

export const handler: APIGatewayProxyHandler = (event) => {
  const { email } = identityFrom(event);
  return Promise.resolve({ statusCode: 200, body: `Hello ${email ?? "stranger"}` });
};
