import type { APIGatewayProxyEventV2, APIGatewayProxyResultV2 } from "aws-lambda";
import { identityFrom } from "auth0-api-gateway-authorizer/identity";

export const handler = (event: APIGatewayProxyEventV2): Promise<APIGatewayProxyResultV2> => {
  const { subject, email } = identityFrom(event);
  return Promise.resolve({ statusCode: 200, body: JSON.stringify({ subject, email }) });
};
