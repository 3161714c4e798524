import type { AdapterFactory, ClientMetadata, Configuration, KoaContextWithOIDC } from "oidc-provider";
import { toAccount } from "./accounts.ts";
import type { Accounts } from "./accounts.ts";
import { API_SCOPES, ROLES_CLAIM } from "./directory.ts";
import type { Application } from "./directory.ts";
import { published } from "./keys.ts";
import type { KeyRing } from "./keys.ts";
import { CONTENT_SECURITY_POLICY, messagePage } from "./pages.ts";
import { errors, interactionPolicy, Provider } from "./quiet-oidc-provider.ts";
import { shapeAccessToken } from "./tokens.ts";
import type { AccessTokenShape } from "./tokens.ts";

/** What stays the same while providers with different keys come and go. */
export interface ProviderSettings {
  readonly issuer: string;
  readonly apiIdentifier: string;
  readonly applications: readonly Application[];
  readonly accounts: Accounts;
  readonly memory: AdapterFactory;
  readonly cookieKeys: readonly string[];
  readonly accessToken: AccessTokenShape;
  readonly tokenLifetimeSeconds: number;
}

export const LOGIN_PATH = "/u/login/";

const IDENTITY_SCOPES = ["openid", "profile", "email", "offline_access"];
const ROUTES = {
  authorization: "/authorize",
  token: "/oauth/token",
  userinfo: "/userinfo",
  jwks: "/.well-known/jwks.json",
};
const DAY = 24 * 60 * 60;

/** An OpenID provider that behaves like an Auth0 tenant and signs with the ring's current key. */
export function createProvider(settings: ProviderSettings, ring: KeyRing): Provider {
  return new Provider(settings.issuer, {
    adapter: settings.memory,
    jwks: { keys: published(ring) },
    clients: settings.applications.map(toClient),
    clientBasedCORS: (_ctx, origin, { clientId }) => mayCallFrom(settings, origin, clientId),
    cookies: { keys: [...settings.cookieKeys] },
    routes: ROUTES,
    scopes: IDENTITY_SCOPES,
    claims: {
      openid: ["sub", ROLES_CLAIM],
      profile: ["name", "nickname"],
      email: ["email", "email_verified"],
    },
    // Auth0 puts the e-mail into the ID token itself, and not only into the answer of /userinfo.
    conformIdTokenClaims: false,
    responseTypes: ["code"],
    clientAuthMethods: ["none", "client_secret_post"],
    pkce: { required: () => true },
    ttl: lifetimes(settings.tokenLifetimeSeconds),
    ...ownApi(settings),
    ...ownUsers(settings.accounts),
  });
}

function ownApi(settings: ProviderSettings): Configuration {
  return {
    extraParams: { audience: keepOfflineAccess },
    issueRefreshToken: (_ctx, client, code) =>
      client.grantTypeAllowed("refresh_token") && code.scopes.has("offline_access"),
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      dPoP: { enabled: false },
      pushedAuthorizationRequests: { enabled: false },
      resourceIndicators: {
        enabled: true,
        defaultResource: audienceParameter,
        getResourceServerInfo: (_ctx, identifier) => resourceServer(identifier, settings.apiIdentifier),
        useGrantedResource: () => true,
      },
      rpInitiatedLogout: { enabled: false },
      // The single-page app's silent sign-in: an invisible frame, answered by a message.
      webMessageResponseMode: { enabled: true, ack: "individual-draft-01" },
    },
    formats: {
      customizers: {
        jwt: (_ctx, token, jwt) => {
          const user = token.kind === "AccessToken" ? settings.accounts.find(token.accountId) : undefined;
          shapeAccessToken(token, jwt, user, settings.accessToken);
        },
      },
    },
  };
}

function ownUsers(accounts: Accounts): Configuration {
  return {
    findAccount: (_ctx, sub) => {
      const user = accounts.find(sub);
      return user && toAccount(user);
    },
    interactions: { policy: withoutConsentForMobile(), url: (_ctx, { uid }) => LOGIN_PATH + uid },
    loadExistingGrant: grantEverythingAskedFor,
    renderError: (ctx, { error, error_description: description }) => {
      ctx.type = "html";
      ctx.set("Content-Security-Policy", CONTENT_SECURITY_POLICY);
      ctx.body = messagePage("The tenant refuses this request", `${error}: ${description ?? ""}`);
    },
  };
}

function toClient(application: Application): ClientMetadata {
  const machine = application.kind === "machine";
  return {
    client_id: application.clientId,
    client_name: application.name,
    ...(application.clientSecret !== undefined && { client_secret: application.clientSecret }),
    application_type: application.kind === "mobile" ? "native" : "web",
    token_endpoint_auth_method: machine ? "client_secret_post" : "none",
    grant_types: machine ? ["client_credentials"] : ["authorization_code", "refresh_token"],
    response_types: machine ? [] : ["code"],
    redirect_uris: [...application.redirectUris],
  };
}

function lifetimes(tokenSeconds: number): Configuration["ttl"] {
  return {
    AccessToken: tokenSeconds,
    ClientCredentials: tokenSeconds,
    IdToken: tokenSeconds,
    AuthorizationCode: 60,
    Grant: 14 * DAY,
    Interaction: 60 * 60,
    RefreshToken: 14 * DAY,
    Session: 3 * DAY,
  };
}

function mayCallFrom(settings: ProviderSettings, origin: string, clientId: string): boolean {
  const application = settings.applications.find((candidate) => candidate.clientId === clientId);
  return application?.origins.includes(origin) ?? false;
}

/** Auth0's `audience` is what RFC 8707 calls `resource`. Without it, a user's access token is opaque. */
function audienceParameter(ctx: KoaContextWithOIDC): string | undefined {
  const { params, body } = ctx.oidc;
  const audience = params?.["audience"] ?? body?.["audience"];
  if (typeof audience === "string" && audience !== "") return audience;
  if (params?.["grant_type"] === "client_credentials") {
    throw accessDenied("No audience parameter was provided, and no default audience has been configured");
  }
  return undefined;
}

function resourceServer(identifier: string, apiIdentifier: string) {
  if (identifier !== apiIdentifier) throw accessDenied(`Service not found: ${identifier}`);
  return { scope: [...IDENTITY_SCOPES, ...API_SCOPES].join(" "), accessTokenFormat: "jwt" as const };
}

/** As Auth0 answers it: 403, not OAuth's usual 400. */
function accessDenied(description: string): Error {
  return Object.assign(new errors.AccessDenied(description), { status: 403, statusCode: 403 });
}

/** OpenID Connect Core §11 drops `offline_access` unless consent is prompted for; Auth0 does not. */
function keepOfflineAccess(ctx: KoaContextWithOIDC): void {
  const { params } = ctx.oidc;
  const asked = String(ctx.query["scope"]).split(" ").includes("offline_access");
  if (params && asked) params["scope"] = `${String(params["scope"])} offline_access`;
}

/** Auth0 asks no consent for first-party applications, and all applications of this tenant are. */
async function grantEverythingAskedFor({ oidc }: KoaContextWithOIDC) {
  if (!oidc.client || !oidc.account) return undefined;
  const { clientId } = oidc.client;
  const grant = new oidc.provider.Grant({ clientId, accountId: oidc.account.accountId });
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

function withoutConsentForMobile() {
  const policy = interactionPolicy.base();
  policy.get("consent")?.checks.remove("native_client_prompt");
  return policy;
}
