import { Hono } from "hono";
import { bearerToken } from "auth0-api-gateway-authorizer/verifier";
import { refusal } from "./refusal.mjs";

/**
 * @param verify what `createVerifier` made: one for the process
 * @param findOrders the orders of a user, by `sub`
 */
export function createHonoApp({ verify, findOrders }) {
  const app = new Hono();
  app.use(requireCaller(verify));
  app.get("/orders", async (context) => {
    const { subject, email } = context.get("caller");
    return context.json({ email, orders: await findOrders(subject) });
  });
  return app;
}

/** The caller stands in the context of one request: a server, and a Web Function, has several at once. */
function requireCaller(verify) {
  return async (context, next) => {
    try {
      context.set("caller", await verify(bearerToken(context.req.header("authorization"))));
    } catch (error) {
      const { status, headers } = refusal(error);
      return context.body(null, status, headers);
    }
    return next();
  };
}
