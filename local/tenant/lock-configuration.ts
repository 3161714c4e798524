import { CONNECTION, type Application } from "./directory.ts";
import type { Context, Route } from "./route.ts";
import { allowPages } from "./cors.ts";

const CONFIGURATION = /^\/client\/([\w-]+)\.js$/;
/** Lock asks before a sign-in and before a sign-up whether there is a picture puzzle to solve first. */
const CHALLENGES = ["/usernamepassword/challenge", "/dbconnections/signup/challenge"];

/** What Lock loads before it shows a form: the application's connections, as a script, and whether there is a captcha. */
export function lockConfiguration(applications: readonly Application[]): Route {
  return async (ctx, next) => {
    const [, clientId] = CONFIGURATION.exec(ctx.path) ?? [];
    if (clientId !== undefined && ctx.method === "GET") showConfiguration(ctx, clientId, applications);
    else if (CHALLENGES.includes(ctx.path)) answerChallenge(ctx, applications);
    else await next();
  };
}

function showConfiguration(ctx: Context, clientId: string, applications: readonly Application[]): void {
  if (!applications.some((each) => each.clientId === clientId)) ctx.throw(404);
  ctx.type = "text/javascript";
  ctx.body = `Auth0.setClient(${JSON.stringify(configurationOf(clientId))});\n`;
}

function configurationOf(clientId: string): object {
  const connection = { name: CONNECTION, showSignup: true, showForgot: false, passwordPolicy: "none" };
  const strategies = [{ name: "auth0", connections: [connection] }];
  // Of a subscription that is not free, Lock shows no badge of Auth0, whose picture is elsewhere.
  return { id: clientId, tenant: "localhost", subscription: "paid", strategies };
}

function answerChallenge(ctx: Context, applications: readonly Application[]): void {
  allowPages(ctx, applications);
  if (ctx.method === "OPTIONS") ctx.status = 204;
  else ctx.body = { required: false };
}
