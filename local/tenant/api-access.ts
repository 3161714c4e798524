import type { Grant, KoaContextWithOIDC } from "oidc-provider";
import { API_SCOPES } from "./directory.ts";
import { errors } from "./quiet-oidc-provider.ts";

/** OpenID Connect's own scopes. */
export const IDENTITY_SCOPES: readonly string[] = ["openid", "profile", "email", "offline_access"];

/** Auth0's `audience` is what RFC 8707 calls `resource`. Without it, a user's access token is opaque. */
export function audienceParameter(ctx: KoaContextWithOIDC): string | undefined {
  const { params, body } = ctx.oidc;
  const audience = params?.["audience"] ?? body?.["audience"];
  if (typeof audience === "string" && audience !== "") return audience;
  if (params?.["grant_type"] === "client_credentials") {
    throw accessDenied("No audience parameter was provided, and no default audience has been configured");
  }
  return undefined;
}

/** The API that a token is asked for, with what it lets applications ask for. */
export function resourceServer(identifier: string, apiIdentifiers: readonly string[]) {
  if (!apiIdentifiers.includes(identifier)) throw accessDenied(`Service not found: ${identifier}`);
  return { scope: [...IDENTITY_SCOPES, ...API_SCOPES].join(" "), accessTokenFormat: "jwt" as const };
}

/** As Auth0 answers it: 403, not OAuth's usual 400. */
function accessDenied(description: string): Error {
  return Object.assign(new errors.AccessDenied(description), { status: 403, statusCode: 403 });
}

/** OpenID Connect Core §11 drops `offline_access` unless consent is prompted for; Auth0 does not. */
export function keepOfflineAccess(ctx: KoaContextWithOIDC): void {
  const { params } = ctx.oidc;
  const asked = String(ctx.query["scope"]).split(" ").includes("offline_access");
  if (params && asked) params["scope"] = `${String(params["scope"])} offline_access`;
}

/** Auth0 asks no consent for first-party applications, and all applications of this tenant are. */
export async function grantEverythingAskedFor({ oidc }: KoaContextWithOIDC): Promise<Grant | undefined> {
  if (!oidc.client || !oidc.account) return undefined;
  return grantScopes(oidc, oidc.client.clientId, oidc.account.accountId);
}

/** Grants the scopes that a request asks for, its own and those of its API. */
export async function grantScopes(
  oidc: KoaContextWithOIDC["oidc"],
  clientId: string,
  accountId: string,
): Promise<Grant> {
  const grant = new oidc.provider.Grant({ clientId, accountId });
  grant.addOIDCScope(oidc.requestParamOIDCScopes);
  for (const api of Object.values(oidc.resourceServers ?? {})) {
    grant.addResourceScope(
      api.identifier(),
      [...oidc.requestParamScopes].filter((scope) => api.scopes.has(scope)),
    );
  }
  await grant.save();
  return grant;
}
