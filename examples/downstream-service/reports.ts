import type { APIGatewayProxyHandlerV2 } from "aws-lambda";
import { identityFrom } from "auth0-api-gateway-authorizer/identity";

/** `GET /reports`: for editors, of their own tenant. */
export const reports: APIGatewayProxyHandlerV2 = (event) => {
  const { claims } = identityFrom(event, { claims: { roles: "list", tenant_id: "string", plan: "json" } });
  if (claims.roles?.includes("editor") !== true) return Promise.resolve({ statusCode: 403 });
  return Promise.resolve({ statusCode: 200, body: JSON.stringify({ reportsOf: claims.tenant_id }) });
};
