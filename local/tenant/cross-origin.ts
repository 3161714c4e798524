import { randomBytes } from "node:crypto";
import type { KoaContextWithOIDC } from "oidc-provider";
import type { Accounts } from "./accounts.ts";
import { allowPages } from "./cors.ts";
import { CONNECTION, type Application } from "./directory.ts";
import type { LoginTickets } from "./login-tickets.ts";
import { errors } from "./quiet-oidc-provider.ts";
import { readJson } from "./request-body.ts";
import type { Context, Route } from "./route.ts";

const PATH = "/co/authenticate";
/** Holds what binds a ticket to the browser that asked for it. */
const COOKIE = { name: "co", path: "/authorize", seconds: 60 };

/** Who may sign in by what is typed into a page of an application's own. */
export interface CrossOrigin {
  readonly applications: readonly Application[];
  readonly accounts: Accounts;
  readonly tickets: LoginTickets;
}

/**
 * Auth0's cross-origin authentication, which Lock and `webAuth.login` use: the page posts email and password to
 * `/co/authenticate`, gets a ticket for them, and goes to `/authorize` with it.
 */
export function crossOriginAuthentication({ applications, accounts, tickets }: CrossOrigin): Route {
  return async (ctx, next) => {
    if (ctx.path !== PATH) {
      await next();
    } else if (ctx.method === "OPTIONS") {
      allowPages(ctx, applications, { credentials: true });
      ctx.status = 204;
    } else if (ctx.method === "POST") {
      await answer(ctx, { applications, accounts, tickets });
    } else ctx.throw(405, "POST only.");
  };
}

/**
 * Signs the visitor in whom the parameter `login_ticket` of `/authorize` names. Where it is not good, the application
 * gets an error: another user's earlier session in this browser must not take the place of who has just signed in.
 */
export function loginTicket(tickets: LoginTickets) {
  return (
    ctx: KoaContextWithOIDC,
    ticket: string | undefined,
    { clientId }: { readonly clientId: string },
  ): void => {
    if (ticket === undefined) return;
    const sub = tickets.redeem(ticket, clientId, ctx.cookies.get(COOKIE.name, { signed: false }));
    ctx.cookies.set(COOKIE.name, null, { path: COOKIE.path, signed: false });
    const { session } = ctx.oidc;
    if (sub === undefined || session === undefined) {
      throw new errors.AccessDenied("The login ticket is unknown, used, expired, or of another browser.");
    }
    if (session.accountId !== sub) session.authorizations = {};
    session.resetIdentifier();
    session.loginAccount({ accountId: sub });
  };
}

async function answer(ctx: Context, { applications, accounts, tickets }: CrossOrigin): Promise<void> {
  const { client_id: clientId, realm, username = "", password = "" } = await readJson(ctx);
  const application = applications.find((each) => each.clientId === clientId);
  if (application?.origins.includes(ctx.get("Origin")) !== true) {
    refuse(ctx, 403, "unauthorized_client", "Cross origin login not allowed.");
    return;
  }
  allowPages(ctx, [application], { credentials: true });
  const user =
    (realm ?? CONNECTION) === CONNECTION ? await accounts.authenticate(username, password) : undefined;
  if (user === undefined) {
    refuse(ctx, 401, "access_denied", "Wrong email or password.");
    return;
  }
  const { ticket, browser } = tickets.issue({ sub: user.sub, clientId: application.clientId });
  const { name, path, seconds } = COOKIE;
  const cookie = { path, maxAge: seconds * 1000, httpOnly: true, sameSite: "lax", signed: false } as const;
  ctx.cookies.set(name, browser, cookie);
  ctx.set("Cache-Control", "no-store");
  // The last two are for browsers that keep the cookie back: a page at the tenant's own domain, which is not here.
  ctx.body = { login_ticket: ticket, co_verifier: randomValue(), co_id: randomValue() };
}

function refuse(ctx: Context, status: number, error: string, description: string): void {
  ctx.status = status;
  ctx.body = { error, error_description: description };
}

function randomValue(): string {
  return randomBytes(24).toString("base64url");
}
