import { identityFrom } from "auth0-api-gateway-authorizer/identity";

export const handler = async (event) => {
  const { subject, email } = identityFrom(event);
  return { statusCode: 200, body: JSON.stringify({ subject, email }) };
};
