export { handler } from "auth0-api-gateway-authorizer/handler";
