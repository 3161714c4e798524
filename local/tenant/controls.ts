import type { KeyIds } from "./keys.ts";
import type { User } from "./directory.ts";
import type { Route } from "./route.ts";
import type { WantedToken } from "./issue-token.ts";
import type { UserControls } from "./user-controls.ts";

/** What can be done to a tenant while it runs. */
export interface Controls {
  /** The next key signs from now on, and the current one stays published until it is revoked. */
  rotateKeys(): Promise<KeyIds>;
  /** Unpublishes a previous key: the newest, or the one named. Throws where there is none. */
  revokeKey(kid?: string): KeyIds;
  /** While down, the key set answers 503; everything else goes on. */
  setDown(down: boolean): void;
  readonly userControls: UserControls;
}

/** What the controls of a tenant need to know of it. */
export interface ControlledTenant {
  /** The pages that may use the controls. */
  readonly origins: readonly string[];
  readonly users: readonly User[];
  /** Those of an authorizer for this tenant, by environment variable. */
  readonly settings: Readonly<Record<string, string>>;
  readonly issueToken: (wanted: WantedToken) => Promise<string>;
}

const USER_ACTIONS: Readonly<Record<string, keyof UserControls>> = {
  "users/block": "block",
  "users/unblock": "unblock",
  "users/delete": "delete",
  "users/change-password": "changePassword",
  "users/logout-everywhere": "logOutEverywhere",
  "users/restore": "restore",
};

const PREFIX = "/_local/";

/**
 * What Auth0's dashboard does, as `POST /_local/…`, for demonstrations: `keys/rotate`, `keys/revoke?kid=`, `down`, `up`,
 * and with `?email=` of one of the first users `users/block`, `unblock`, `delete`, `change-password`,
 * `logout-everywhere` and `restore`. `token` answers with a token, as {@link WantedToken} says.
 * `GET /_local/settings` answers with the settings of an authorizer for this tenant, by environment variable.
 * A browser names the page that asks in `Origin`, and no page outside `origins` may.
 */
export function controlRoutes(
  tenant: Controls,
  { origins, users, settings, issueToken }: ControlledTenant,
): Route {
  return async (ctx, next) => {
    if (!ctx.path.startsWith(PREFIX)) {
      await next();
      return;
    }
    const origin = ctx.get("Origin");
    if (origin !== "" && !origins.includes(origin)) ctx.throw(403, "This page may not control the tenant.");
    if (origin !== "") ctx.set("Access-Control-Allow-Origin", origin);
    if (ctx.method === "GET" && ctx.path === `${PREFIX}settings`) {
      ctx.body = settings;
      return;
    }
    if (ctx.method !== "POST") ctx.throw(405, "POST only.");
    const { kid, email } = ctx.query;
    const action = ctx.path.slice(PREFIX.length);
    if (action === "token") {
      ctx.body = await issueToken(ctx.query);
      return;
    }
    const user = users.find((candidate) => candidate.email === email);
    const done =
      (await performOnUser(tenant.userControls, action, user)) ??
      (await perform(tenant, action, typeof kid === "string" ? kid : undefined));
    ctx.body = done ?? ctx.throw(404);
  };
}

/** While the tenant is down its key set answers 503, which is how an outage looks to an API. */
export function jwksOutage(isDown: () => boolean): Route {
  return async (ctx, next) => {
    if (ctx.path === "/.well-known/jwks.json" && isDown()) {
      ctx.throw(503, "The tenant is down.", { expose: true });
    }
    await next();
  };
}

/** Undefined where this is not an action on a user, or there is no such user. */
async function performOnUser(
  controls: UserControls,
  action: string,
  user: User | undefined,
): Promise<object | undefined> {
  const method = USER_ACTIONS[action];
  if (method === undefined || user === undefined) return undefined;
  await controls[method](user.sub);
  return { done: action };
}

async function perform(
  tenant: Controls,
  action: string,
  kid: string | undefined,
): Promise<object | undefined> {
  switch (action) {
    case "keys/rotate":
      return tenant.rotateKeys();
    case "keys/revoke":
      return tenant.revokeKey(kid);
    case "down":
    case "up":
      tenant.setDown(action === "down");
      return { down: action === "down" };
    default:
      return undefined;
  }
}
