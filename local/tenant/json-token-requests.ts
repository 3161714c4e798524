import { Readable } from "node:stream";
import { readJson } from "./request-body.ts";
import type { Route } from "./route.ts";

/**
 * Makes a form of JSON that is sent to the token endpoint: Auth0 takes both, and Auth0.js sends JSON. OAuth has forms
 * only (RFC 6749 §3.2), and so has oidc-provider.
 */
export function jsonTokenRequests(): Route {
  return async (ctx, next) => {
    if (ctx.method === "POST" && ctx.path === "/oauth/token" && ctx.is("application/json")) {
      const form = Buffer.from(new URLSearchParams(await readJson(ctx)).toString());
      ctx.req.headers["content-type"] = "application/x-www-form-urlencoded";
      ctx.req.headers["content-length"] = String(form.length);
      // From here on nothing but the body is read of this; headers are Koa's affair, which keeps the request itself.
      Object.assign(ctx, { req: Readable.from([form]) });
    }
    await next();
  };
}
