import type { APIGatewayProxyHandler } from "aws-lambda";
import { identityFrom } from "auth0-api-gateway-authorizer/identity";
import { orders } from "./order-store.ts";

/** `GET /orders`: the caller's own. */
export const list: APIGatewayProxyHandler = async (event) => {
  const { subject } = identityFrom(event);
  return { statusCode: 200, body: JSON.stringify(await orders.ownedBy(subject)) };
};

/** `DELETE /orders/{id}`: only with the permission. */
export const remove: APIGatewayProxyHandler = async (event) => {
  const { permissions } = identityFrom(event);
  if (!permissions.includes("delete:orders")) return { statusCode: 403, body: "" };
  await orders.remove(event.pathParameters?.["id"] ?? "");
  return { statusCode: 204, body: "" };
};
