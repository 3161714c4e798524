import type { Accounts } from "./accounts.ts";
import { allowPages } from "./cors.ts";
import { CONNECTION, type Application, type Profile } from "./directory.ts";
import { readJson } from "./request-body.ts";
import type { Context, Route } from "./route.ts";

/** Lock's second tab: anyone may have an account, whose email no one has verified. */
export function signUp(applications: readonly Application[], accounts: Accounts): Route {
  return async (ctx, next) => {
    if (ctx.path !== "/dbconnections/signup") {
      await next();
    } else if (ctx.method === "OPTIONS") {
      allowPages(ctx, applications);
      ctx.status = 204;
    } else if (ctx.method === "POST") {
      await answer(ctx, applications, accounts);
    } else ctx.throw(405, "POST only.");
  };
}

async function answer(ctx: Context, applications: readonly Application[], accounts: Accounts): Promise<void> {
  const { client_id: clientId, connection, email = "", password = "" } = await readJson(ctx);
  const application = applications.find((each) => each.clientId === clientId);
  if (application !== undefined) allowPages(ctx, [application]);
  const isComplete =
    application !== undefined && connection === CONNECTION && email !== "" && password !== "";
  const profile = isComplete ? await accounts.signUp(email, password) : undefined;
  if (profile === undefined) refuse(ctx);
  else ctx.body = asNewUser(profile);
}

function asNewUser({ sub, email }: Profile): object {
  return { _id: sub.slice(sub.indexOf("|") + 1), email, email_verified: false };
}

/** One answer for whatever is wrong, so that it does not tell who has an account. */
function refuse(ctx: Context): void {
  ctx.status = 400;
  ctx.body = {
    name: "BadRequestError",
    code: "invalid_signup",
    description: "Invalid sign up",
    statusCode: 400,
  };
}
