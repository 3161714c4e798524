import { randomBytes } from "node:crypto";
import { createServer } from "node:http";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import type Provider from "oidc-provider";
import { createAccounts } from "./accounts.ts";
import type { Accounts } from "./accounts.ts";
import { createMemory } from "./adapter.ts";
import { controlRoutes, jwksOutage } from "./controls.ts";
import type { ControlledTenant, Controls } from "./controls.ts";
import {
  API_IDENTIFIER,
  EMAIL_CLAIM,
  EMAIL_DOMAIN,
  SPA_ORIGIN,
  applications,
  legacyApp,
  singlePageApp,
  usersOf,
} from "./directory.ts";
import type { Application, ApplicationName, CustomClaims, User, Users } from "./directory.ts";
import { crossOriginAuthentication } from "./cross-origin.ts";
import { issueToken } from "./issue-token.ts";
import { jsonTokenRequests } from "./json-token-requests.ts";
import { createKeyRing, createSigningKey, keyIds, revoked, rotated } from "./keys.ts";
import type { KeyIds, KeyRing } from "./keys.ts";
import { lockConfiguration } from "./lock-configuration.ts";
import { LoginTickets } from "./login-tickets.ts";
import type { MessageReceiver } from "./messages.ts";
import { createProvider } from "./provider.ts";
import type { ProviderSettings } from "./provider.ts";
import { login, logout, onlyItsOwnHost } from "./routes.ts";
import { signUp } from "./sign-up.ts";
import type { AccessTokenProfile } from "./tokens.ts";
import { userControls } from "./user-controls.ts";

export interface TenantOptions {
  /** 0, the default, takes any free port. */
  readonly port?: number;
  /** Where the single-page app is served from. */
  readonly spaOrigins?: readonly string[];
  /** Client IDs of single-page apps, in the place of those whose ID tokens the API takes otherwise. */
  readonly clientIds?: readonly string[];
  /** What access tokens may be for. */
  readonly apiIdentifier?: string | readonly string[];
  /** The domain of the users' addresses: `example.com`. One user, the outsider, has another. */
  readonly emailDomain?: string;
  /** What tokens of every user have beside their roles. */
  readonly claims?: CustomClaims;
  /** The claim that carries the email in access tokens; `${emailClaim}_verified` carries its verification. */
  readonly emailClaim?: string;
  readonly accessTokenProfile?: AccessTokenProfile;
  /** How long ID tokens and access tokens are good for: a day, as in Auth0, unless a test wants them to expire. */
  readonly tokenLifetimeSeconds?: number;
  /** Milliseconds since 1970, by which login tickets expire. */
  readonly clock?: () => number;
}

export interface Tenant extends Controls {
  /** With a slash at the end, as Auth0 has it: `http://localhost:4000/`. */
  readonly issuer: string;
  readonly applications: Readonly<Record<ApplicationName, Application>>;
  readonly users: Users;
  /** What an authorizer for this tenant needs to know, by environment variable. */
  readonly settings: Readonly<Record<string, string>>;
  keys(): KeyIds;
  /** From now on this hears of users who are blocked, deleted or logged out. */
  tell(receiver: MessageReceiver): void;
  close(): Promise<void>;
}

/** Starts a tenant that behaves like Auth0, on loopback only. Rejects with `EADDRINUSE` where the port is taken. */
export async function startLocalTenant(options: TenantOptions = {}): Promise<Tenant> {
  const origins = options.spaOrigins ?? [SPA_ORIGIN];
  const directory = directoryFor(origins, options.clientIds);
  const others = (options.clientIds ?? []).slice(1).map((id) => singlePageApp(id, id, origins));
  const clients = [...Object.values(directory), ...others];
  const users = usersOf(options.emailDomain ?? EMAIL_DOMAIN);
  const [ring, accounts] = await Promise.all([createKeyRing(), createAccounts(Object.values(users))]);

  const server = createServer();
  const issuer = `http://localhost:${await listen(server, options.port ?? 0)}/`;
  const settings = createSettings(issuer, clients, accounts, options);
  const forAuthorizer = authorizerSettings(settings, options.clientIds);
  const controls = serve(server, settings, ring, {
    origins: [new URL(issuer).origin, ...origins],
    users: Object.values(users),
    settings: forAuthorizer,
    issueToken: (wanted) =>
      issueToken(wanted, { ...settings, applications: clients, users: Object.values(users) }),
  });
  const close = (): Promise<void> => closeServer(server);
  return { ...controls, issuer, applications: directory, users, settings: forAuthorizer, close };
}

/** The applications that have pages on this machine, served from these origins, beside all others. */
function directoryFor(
  origins: readonly string[],
  [clientId = applications.spa.clientId]: readonly string[] = [],
): Record<ApplicationName, Application> {
  return {
    ...applications,
    spa: keepingListed(singlePageApp(applications.spa.name, clientId, origins), applications.spa),
    legacy: keepingListed(legacyApp(origins), applications.legacy),
  };
}

/**
 * What the directory lists stays allowed as a redirect URI: `npm run token` signs in with it, and knows of no other
 * origin.
 */
function keepingListed(served: Application, listed: Application): Application {
  return { ...served, redirectUris: [...new Set([...served.redirectUris, ...listed.redirectUris])] };
}

/** oidc-provider's keys are fixed, so other keys mean another provider; sessions live in the memory they share. */
function serve(server: Server, settings: ProviderSettings, firstRing: KeyRing, controlled: ControlledTenant) {
  let ring = firstRing;
  let down = false;
  let receiver: MessageReceiver | undefined;
  const controls = {
    tell: (other: MessageReceiver) => void (receiver = other),
    userControls: userControls({
      ...settings,
      key: () => ring.current,
      receiver: () => receiver,
      subject: (sub) => controlled.users.find((user) => user.sub === sub) ?? { sub, email: "" },
    }),
    keys: () => keyIds(ring),
    rotateKeys: async () => {
      const fresh = await createSigningKey();
      return use(rotated(ring, fresh));
    },
    revokeKey: (kid?: string) => use(revoked(ring, kid)),
    setDown: (value: boolean) => void (down = value),
  };
  const use = (keys: KeyRing) => {
    ring = keys;
    const provider = createProvider(settings, ring);
    provider.use(onlyItsOwnHost(settings.issuer));
    provider.use(controlRoutes(controls, controlled));
    provider.use(jwksOutage(() => down));
    addRoutes(provider, settings, controlled.users);
    // eslint-disable-next-line @typescript-eslint/no-misused-promises -- Koa's promise never rejects
    server.removeAllListeners("request").on("request", provider.callback());
    return keyIds(ring);
  };
  use(ring);
  return controls;
}

/** The applications whose ID tokens the API takes. That those of `hs256` are refused is up to their algorithm. */
const OURS = ["spa", "mobile", "legacy", "hs256"] as const satisfies readonly ApplicationName[];

/** What of a tenant its authorizer depends on. */
interface TenantFacts {
  readonly issuer: string;
  readonly apiIdentifiers: readonly string[];
  readonly accessToken: { readonly emailClaim: string };
}

/** What an authorizer needs to know of this tenant, by environment variable. */
export function authorizerSettings(
  { issuer, apiIdentifiers, accessToken }: TenantFacts,
  clientIds: readonly string[] = OURS.map((name) => applications[name].clientId),
): Readonly<Record<string, string>> {
  return {
    AUTH0_DOMAIN: issuer,
    AUTH0_CLIENT_IDS: clientIds.join(","),
    AUTH0_AUDIENCES: apiIdentifiers.join(","),
    AUTH0_EMAIL_CLAIM: accessToken.emailClaim,
  };
}

function addRoutes(provider: Provider, settings: ProviderSettings, users: readonly User[]): void {
  const { accounts, applications: all, tickets } = settings;
  const legacy = all.filter(({ kind }) => kind === "legacySpa");
  provider.use(login(provider, accounts, users));
  provider.use(logout(provider, all));
  provider.use(crossOriginAuthentication({ applications: legacy, accounts, tickets }));
  provider.use(lockConfiguration(legacy));
  provider.use(signUp(legacy, accounts));
  provider.use(jsonTokenRequests());
  provider.on("server_error", (_ctx, error) => console.error(error));
}

function createSettings(
  issuer: string,
  clients: readonly Application[],
  accounts: Accounts,
  options: TenantOptions,
): ProviderSettings {
  const customClaims = options.claims ?? {};
  return {
    issuer,
    apiIdentifiers: [options.apiIdentifier ?? API_IDENTIFIER].flat(),
    customClaims,
    applications: clients,
    accounts,
    memory: createMemory(),
    tickets: new LoginTickets(options.clock ?? Date.now),
    cookieKeys: [randomBytes(32).toString("base64url")],
    accessToken: {
      profile: options.accessTokenProfile ?? "auth0",
      emailClaim: options.emailClaim ?? EMAIL_CLAIM,
      customClaims,
    },
    tokenLifetimeSeconds: options.tokenLifetimeSeconds ?? 24 * 60 * 60,
  };
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
  });
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((error) => (error ? reject(error) : resolve()));
    server.closeAllConnections();
  });
}
