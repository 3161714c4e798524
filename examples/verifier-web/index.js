/**
 * A Lambda Web Function whose endpoint is `ApplicationManaged`: every request reaches it, and it verifies by itself. It
 * runs as well on any machine: `AWS_LAMBDA_HTTP_ENDPOINT=127.0.0.1:8080 node index.js`.
 */
import { createServer } from "node:http";
import process from "node:process";
import { getRequestListener } from "@hono/node-server";
import { createVerifier, settingsFromEnvironment } from "auth0-api-gateway-authorizer/verifier";
import { createHonoApp } from "./hono-app.mjs";

/** In place of a database. */
const findOrders = (subject) => Promise.resolve([`an order of ${subject}`]);

// Once for the environment, which serves many requests: keys are fetched once, and never for each request.
const verify = createVerifier(settingsFromEnvironment(process.env));
const app = createHonoApp({ verify, findOrders });

// With Express: createServer(createExpressApp({ verify, findOrders }))
export const server = createServer(getRequestListener(app.fetch));

const [, host, port] = /^(.*):(\d+)$/.exec(process.env.AWS_LAMBDA_HTTP_ENDPOINT) ?? [];
server.listen(Number(port), host);
