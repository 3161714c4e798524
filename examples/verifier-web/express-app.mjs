import express from "express";
import { bearerToken } from "auth0-api-gateway-authorizer/verifier";
import { refusal } from "./refusal.mjs";

/**
 * @param verify what `createVerifier` made: one for the process
 * @param findOrders the orders of a user, by `sub`
 */
export function createExpressApp({ verify, findOrders }) {
  const app = express();
  app.disable("x-powered-by");
  app.use(requireCaller(verify));
  app.get("/orders", async (_request, response) => {
    const { subject, email } = response.locals.caller;
    response.json({ email, orders: await findOrders(subject) });
  });
  return app;
}

/** The caller stands in the locals of one response: a server, and a Web Function, has several at once. */
function requireCaller(verify) {
  return async (request, response, next) => {
    try {
      // In `headers`, Node.js keeps only the first of two Authorization headers; two have to be refused.
      response.locals.caller = await verify(bearerToken(request.headersDistinct.authorization?.join()));
    } catch (error) {
      const { status, headers } = refusal(error);
      return response.status(status).set(headers).end();
    }
    return next();
  };
}
