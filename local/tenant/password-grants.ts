import type { Account, ResourceServerInstance, TokenEndpointGrantContext } from "oidc-provider";
import { grantScopes, resourceServer } from "./api-access.ts";
import { toAccount, type Accounts } from "./accounts.ts";
import { CONNECTION, type CustomClaims } from "./directory.ts";
import { errors, type Provider } from "./quiet-oidc-provider.ts";

/** The password grant (RFC 6749 §4.3), and Auth0's own one beside it, which names the connection as `realm`. */
export const PASSWORD_GRANTS = ["password", "http://auth0.com/oauth/grant-type/password-realm"] as const;

const PARAMETERS = ["username", "password", "realm", "scope", "audience"] as const;

type GrantContext = TokenEndpointGrantContext<Partial<Record<(typeof PARAMETERS)[number], string>>>;

interface Directory {
  readonly accounts: Accounts;
  readonly apiIdentifiers: readonly string[];
  readonly customClaims: CustomClaims;
}

/**
 * Lets applications that are allowed to trade email and password for tokens. There is no nonce, and no session: a
 * silent sign-in afterwards fails.
 */
export function passwordGrant(
  provider: Provider,
  grantType: (typeof PASSWORD_GRANTS)[number],
  directory: Directory,
): void {
  const handler = (ctx: GrantContext): Promise<void> => issueTokens(ctx, directory);
  provider.registerGrantType(grantType, handler, PARAMETERS);
}

async function issueTokens(
  ctx: GrantContext,
  { accounts, apiIdentifiers, customClaims }: Directory,
): Promise<void> {
  const { username = "", password = "", realm = CONNECTION } = ctx.oidc.params;
  const user = realm === CONNECTION ? await accounts.authenticate(username, password) : undefined;
  if (user === undefined) throw wrongPassword();
  const account = toAccount(user, customClaims);
  const accessToken = await issueAccessToken(ctx, account.accountId, requestedApi(ctx, apiIdentifiers));
  const value = await accessToken.save();
  ctx.oidc.entity("Account", account);
  ctx.body = {
    access_token: value,
    id_token: await issueIdToken(ctx, account, value),
    scope: accessToken.scope,
    expires_in: accessToken.expiration,
    token_type: accessToken.tokenType,
  };
}

async function issueAccessToken(
  ctx: GrantContext,
  accountId: string,
  api: ResourceServerInstance | undefined,
) {
  const { provider, client, params, requestParamScopes, requestParamOIDCScopes } = ctx.oidc;
  const grant = await grantScopes(ctx.oidc, client.clientId, accountId);
  const scope =
    api === undefined
      ? grant.getOIDCScopeFiltered(requestParamOIDCScopes)
      : grant.getResourceScopeFiltered(api.identifier(), requestParamScopes);
  const properties = { accountId, client, grantId: grant.jti, gty: params.grant_type, scope };
  return new provider.AccessToken({ ...properties, ...(api && { resourceServer: api }) });
}

/** OpenID Connect Core §3.1.3.3: where the scope `openid` was asked for. */
async function issueIdToken(ctx: GrantContext, account: Account, accessToken: string) {
  const { provider, requestParamOIDCScopes: scopes } = ctx.oidc;
  if (!scopes.has("openid")) return undefined;
  const idToken = new provider.IdToken({ ...(await account.claims("id_token", "", {}, [])) }, { ctx });
  Object.assign(idToken, { scope: [...scopes].join(" ") });
  idToken.set("at_hash", accessToken);
  return idToken.issue({ use: "idtoken" });
}

/** The API that Auth0's `audience` names. Without one, the access token is good for the tenant itself. */
function requestedApi(
  { oidc }: GrantContext,
  apiIdentifiers: readonly string[],
): ResourceServerInstance | undefined {
  const { audience } = oidc.params;
  if (audience === undefined || audience === "") return undefined;
  const api = new oidc.provider.ResourceServer(audience, resourceServer(audience, apiIdentifiers));
  oidc.resourceServers[audience] = api;
  return api;
}

/** As Auth0.js knows it: 403, not OAuth's 400. */
function wrongPassword(): Error {
  const error = new errors.CustomOIDCProviderError("invalid_grant", "Wrong email or password.");
  return Object.assign(error, { status: 403, statusCode: 403 });
}
