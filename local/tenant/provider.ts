import type { ClientMetadata, Configuration } from "oidc-provider";
import { toAccount } from "./accounts.ts";
import type { Accounts } from "./accounts.ts";
import type { Memory } from "./adapter.ts";
import {
  IDENTITY_SCOPES,
  audienceParameter,
  grantEverythingAskedFor,
  keepOfflineAccess,
  resourceServer,
} from "./api-access.ts";
import { loginTicket } from "./cross-origin.ts";
import { ROLES_CLAIM } from "./directory.ts";
import type { Application, CustomClaims } from "./directory.ts";
import { published } from "./keys.ts";
import type { KeyRing } from "./keys.ts";
import { CONTENT_SECURITY_POLICY, messagePage } from "./pages.ts";
import { interactionPolicy, Provider } from "./quiet-oidc-provider.ts";
import { LoginTickets } from "./login-tickets.ts";
import { PASSWORD_GRANTS, passwordGrant } from "./password-grants.ts";
import { shapeAccessToken, withJwtType } from "./tokens.ts";
import type { AccessTokenShape } from "./tokens.ts";

/** What stays the same while providers with different keys come and go. */
export interface ProviderSettings {
  readonly issuer: string;
  readonly apiIdentifiers: readonly string[];
  /** In ID tokens and access tokens of every user. */
  readonly customClaims: CustomClaims;
  readonly applications: readonly Application[];
  readonly accounts: Accounts;
  readonly memory: Memory;
  readonly tickets: LoginTickets;
  readonly cookieKeys: readonly string[];
  readonly accessToken: AccessTokenShape;
  readonly tokenLifetimeSeconds: number;
}

export const LOGIN_PATH = "/u/login/";

const ROUTES = {
  authorization: "/authorize",
  token: "/oauth/token",
  userinfo: "/userinfo",
  jwks: "/.well-known/jwks.json",
};
const DAY = 24 * 60 * 60;
const CODE_FLOW: Flows = { grant_types: ["authorization_code", "refresh_token"], response_types: ["code"] };
const FLOWS: Readonly<Record<Application["kind"], Flows>> = {
  spa: CODE_FLOW,
  mobile: CODE_FLOW,
  machine: { grant_types: ["client_credentials"], response_types: [] },
  legacySpa: {
    grant_types: ["authorization_code", "refresh_token", "implicit", ...PASSWORD_GRANTS],
    response_types: ["code", "id_token", "id_token token"],
  },
};

type Flows = Pick<ClientMetadata, "grant_types" | "response_types">;

/** An OpenID provider that behaves like an Auth0 tenant and signs with the ring's current key. */
export function createProvider(settings: ProviderSettings, ring: KeyRing): Provider {
  const provider = new Provider(settings.issuer, configurationOf(settings, ring));
  allowLoopbackPages(provider);
  nameSessions(provider);
  writeJwtTypes(provider, ring);
  for (const grantType of PASSWORD_GRANTS) passwordGrant(provider, grantType, settings);
  return provider;
}

function configurationOf(settings: ProviderSettings, ring: KeyRing): Configuration {
  return {
    adapter: settings.memory.adapter,
    jwks: { keys: published(ring) },
    clients: settings.applications.map(toClient),
    clientBasedCORS: (_ctx, origin, { clientId }) => mayCallFrom(settings, origin, clientId),
    cookies: { keys: [...settings.cookieKeys] },
    routes: ROUTES,
    scopes: [...IDENTITY_SCOPES],
    claims: {
      openid: ["sub", ROLES_CLAIM, ...Object.keys(settings.customClaims)],
      profile: ["name", "nickname"],
      email: ["email", "email_verified"],
    },
    // Auth0 puts the email into the ID token itself, and not only into the answer of /userinfo.
    conformIdTokenClaims: false,
    responseTypes: ["code", "id_token", "id_token token"],
    enabledJWA: { idTokenSigningAlgValues: ["RS256", "HS256"] },
    clientAuthMethods: ["none", "client_secret_post"],
    pkce: { required: () => true },
    ttl: lifetimes(settings.tokenLifetimeSeconds),
    ...ownApi(settings),
    ...ownUsers(settings),
  };
}

/** Pages on this machine have no https, which OpenID Connect Dynamic Client Registration §2 asks of the implicit flow. */
function allowLoopbackPages(provider: Provider): void {
  const { Schema } = provider.Client as unknown as { Schema: { prototype: Validation } };
  const invalidate = Schema.prototype.invalidate.bind(Schema.prototype);
  Schema.prototype.invalidate = (message, code) => {
    if (code !== "implicit-force-https" && code !== "implicit-forbid-localhost") invalidate(message, code);
  };
}

/** Auth0's ID tokens name their session (`sid`), whether or not the application is told when it ends. */
function nameSessions({ Client }: Provider): void {
  const prototype = Client.prototype as unknown as { includeSid: () => boolean };
  prototype.includeSid = () => true;
}

/** oidc-provider's check of an application's metadata: throws, unless a caller forgives. */
interface Validation {
  invalidate(message: string, code?: string): void;
}

/** ID tokens as Auth0 writes them, from both endpoints that issue them. */
function writeJwtTypes({ IdToken }: Provider, { current }: KeyRing): void {
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called below, with the token that it belongs to
  const { issue } = IdToken.prototype;
  IdToken.prototype.issue = async function (options) {
    const { idTokenSignedResponseAlg: alg, clientSecret } = this.client;
    const idToken = await issue.call(this, options);
    return withJwtType(idToken, current, alg === "HS256" ? clientSecret : undefined);
  };
}

function ownApi(settings: ProviderSettings): Configuration {
  return {
    extraParams: { audience: keepOfflineAccess, login_ticket: loginTicket(settings.tickets) },
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
        getResourceServerInfo: (_ctx, identifier) => resourceServer(identifier, settings.apiIdentifiers),
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

function ownUsers({ accounts, customClaims }: ProviderSettings): Configuration {
  return {
    findAccount: (_ctx, sub) => {
      const user = accounts.find(sub);
      return user && toAccount(user, customClaims);
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
  const { kind, hs256Secret } = application;
  const secret = application.clientSecret ?? hs256Secret;
  return {
    client_id: application.clientId,
    client_name: application.name,
    ...(secret !== undefined && { client_secret: secret }),
    ...(hs256Secret !== undefined && { id_token_signed_response_alg: "HS256" }),
    application_type: kind === "mobile" ? "native" : "web",
    token_endpoint_auth_method: kind === "machine" ? "client_secret_post" : "none",
    redirect_uris: [...application.redirectUris],
    ...FLOWS[kind],
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

function withoutConsentForMobile() {
  const policy = interactionPolicy.base();
  policy.get("consent")?.checks.remove("native_client_prompt");
  return policy;
}
