import type Provider from "oidc-provider";
import type { Accounts } from "./accounts.ts";
import type { Application, User } from "./directory.ts";
import { CONTENT_SECURITY_POLICY, loginPage, messagePage, type LoginPage } from "./pages.ts";
import { LOGIN_PATH } from "./provider.ts";
import { errors } from "./quiet-oidc-provider.ts";
import { readForm } from "./request-body.ts";
import type { Context, Route } from "./route.ts";

type Interaction = Awaited<ReturnType<Provider["interactionDetails"]>>;

/** A page elsewhere that made its own name point to this machine (DNS rebinding) gets nothing from the tenant. */
export function onlyItsOwnHost(issuer: string): Route {
  const { host } = new URL(issuer);
  return async (ctx, next) => {
    if (ctx.host !== host) ctx.throw(421, `This tenant answers at ${issuer} only.`);
    await next();
  };
}

/** The login page, and the check of what is typed into it. */
export function login(provider: Provider, accounts: Accounts, users: readonly User[]): Route {
  const pages = { provider, users };
  return async (ctx, next) => {
    if (!ctx.path.startsWith(LOGIN_PATH)) {
      await next();
      return;
    }
    const interaction = await findInteraction(provider, ctx);
    if (!interaction) {
      showPage(ctx, 400, messagePage("Sign-in expired", "Go back to the application and sign in again."));
    } else if (interaction.prompt.name === "consent") {
      // `prompt=consent` was asked for: granted unseen, see grantEverythingAskedFor.
      await resume(provider, ctx, { consent: {} });
    } else if (ctx.method === "POST") {
      await checkPassword(pages, accounts, ctx, interaction);
    } else {
      const hint = interaction.params["login_hint"];
      await showLogin(pages, ctx, interaction, 200, typeof hint === "string" ? { email: hint } : {});
    }
  };
}

/** Auth0's logout: ends the session, then goes only where the application said that it may. */
export function logout(provider: Provider, applications: readonly Application[]): Route {
  return async (ctx, next) => {
    if (ctx.path !== "/v2/logout") {
      await next();
      return;
    }
    const { client_id: clientId, returnTo } = ctx.query;
    const application = applications.find((candidate) => candidate.clientId === clientId);
    const allowed = application?.logoutUrls ?? [];
    const target = returnTo ?? allowed[0];
    if (target !== undefined && !allowed.includes(String(target))) {
      showPage(ctx, 400, messagePage("Oops!", "The returnTo address is not one of the Allowed Logout URLs."));
      return;
    }
    await endSession(provider, ctx);
    if (target === undefined) showPage(ctx, 200, messagePage("Signed out", "You are signed out."));
    else ctx.redirect(String(target));
  };
}

/** The sign-in that both the address and this browser's cookie name: neither alone is enough. */
async function findInteraction(provider: Provider, ctx: Context): Promise<Interaction | undefined> {
  try {
    const interaction = await provider.interactionDetails(ctx.req, ctx.res);
    return LOGIN_PATH + interaction.uid === ctx.path ? interaction : undefined;
  } catch (error) {
    if (error instanceof errors.SessionNotFound) return undefined;
    throw error;
  }
}

/** What a login page needs besides its request. */
interface LoginPages {
  readonly provider: Provider;
  readonly users: readonly User[];
}

async function checkPassword(
  pages: LoginPages,
  accounts: Accounts,
  ctx: Context,
  interaction: Interaction,
): Promise<void> {
  const { provider } = pages;
  const form = await readForm(ctx);
  const email = form.get("email") ?? "";
  try {
    const user = await accounts.authenticate(email, form.get("password") ?? "");
    if (user) await resume(provider, ctx, { login: { accountId: user.sub } });
    else await showLogin(pages, ctx, interaction, 401, { email, error: "Wrong email or password." });
  } catch (error) {
    if (!(error instanceof errors.OIDCProviderError)) throw error;
    await resume(provider, ctx, { error: error.error, error_description: error.error_description });
  }
}

async function resume(
  provider: Provider,
  ctx: Context,
  result: Parameters<Provider["interactionResult"]>[2],
) {
  ctx.status = 303;
  ctx.redirect(await provider.interactionResult(ctx.req, ctx.res, result));
}

async function showLogin(
  { provider, users }: LoginPages,
  ctx: Context,
  { params }: Interaction,
  status: number,
  attempt: Pick<LoginPage, "email" | "error">,
) {
  const client = await provider.Client.find(String(params["client_id"]));
  const application = client?.clientName ?? "the application";
  showPage(ctx, status, loginPage({ application, users, ...attempt }));
}

function showPage(ctx: Context, status: number, html: string): void {
  ctx.status = status;
  ctx.type = "html";
  ctx.set("Content-Security-Policy", CONTENT_SECURITY_POLICY);
  ctx.set("Cache-Control", "no-store");
  ctx.body = html;
}

async function endSession(provider: Provider, ctx: Context): Promise<void> {
  const session = await provider.Session.get(ctx);
  await session.destroy();
  ctx.cookies.set(provider.cookieName("session"), null);
}
