import { randomBytes } from "node:crypto";
import { createServer } from "node:http";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import type Provider from "oidc-provider";
import { createAccounts } from "./accounts.ts";
import type { Accounts } from "./accounts.ts";
import { createMemory } from "./adapter.ts";
import { controlRoutes, jwksOutage } from "./controls.ts";
import type { Controls } from "./controls.ts";
import {
  API_IDENTIFIER,
  EMAIL_CLAIM,
  SPA_ORIGIN,
  applications,
  legacyApp,
  singlePageApp,
  users,
} from "./directory.ts";
import type { Application, ApplicationName, User } from "./directory.ts";
import { crossOriginAuthentication } from "./cross-origin.ts";
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
  readonly apiIdentifier?: string;
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
  readonly users: Readonly<Record<keyof typeof users, User>>;
  keys(): KeyIds;
  /** From now on this hears of users who are blocked, deleted or logged out. */
  tell(receiver: MessageReceiver): void;
  close(): Promise<void>;
}

/** Starts a tenant that behaves like Auth0, on loopback only. Rejects with `EADDRINUSE` where the port is taken. */
export async function startLocalTenant(options: TenantOptions = {}): Promise<Tenant> {
  const origins = options.spaOrigins ?? [SPA_ORIGIN];
  const directory = directoryFor(origins);
  const [ring, accounts] = await Promise.all([createKeyRing(), createAccounts(Object.values(users))]);

  const server = createServer();
  const issuer = `http://localhost:${await listen(server, options.port ?? 0)}/`;
  const settings = createSettings(issuer, Object.values(directory), accounts, options);
  const controls = serve(server, settings, ring, [new URL(issuer).origin, ...origins]);
  return { ...controls, issuer, applications: directory, users, close: () => close(server) };
}

/** The applications that have pages on this machine, served from these origins, beside all others. */
function directoryFor(origins: readonly string[]): Record<ApplicationName, Application> {
  const { name, clientId } = applications.spa;
  return {
    ...applications,
    spa: keepingListed(singlePageApp(name, clientId, origins), applications.spa),
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
function serve(
  server: Server,
  settings: ProviderSettings,
  firstRing: KeyRing,
  controlOrigins: readonly string[],
) {
  let ring = firstRing;
  let down = false;
  let receiver: MessageReceiver | undefined;
  const controls = {
    tell: (other: MessageReceiver) => void (receiver = other),
    userControls: userControls({
      ...settings,
      key: () => ring.current,
      receiver: () => receiver,
      subject: (sub) => Object.values(users).find((user) => user.sub === sub) ?? { sub, email: "" },
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
    provider.use(controlRoutes(controls, controlOrigins, authorizerSettings(settings)));
    provider.use(jwksOutage(() => down));
    addRoutes(provider, settings);
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
  readonly apiIdentifier: string;
  readonly accessToken: { readonly emailClaim: string };
}

/** What an authorizer needs to know of this tenant, by environment variable. */
export function authorizerSettings({
  issuer,
  apiIdentifier,
  accessToken,
}: TenantFacts): Readonly<Record<string, string>> {
  return {
    AUTH0_DOMAIN: issuer,
    AUTH0_CLIENT_IDS: OURS.map((name) => applications[name].clientId).join(","),
    AUTH0_AUDIENCES: apiIdentifier,
    AUTH0_EMAIL_CLAIM: accessToken.emailClaim,
  };
}

function addRoutes(provider: Provider, settings: ProviderSettings): void {
  const { accounts, applications: all, tickets } = settings;
  const legacy = all.filter(({ kind }) => kind === "legacySpa");
  provider.use(login(provider, accounts));
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
  return {
    issuer,
    apiIdentifier: options.apiIdentifier ?? API_IDENTIFIER,
    applications: clients,
    accounts,
    memory: createMemory(),
    tickets: new LoginTickets(options.clock ?? Date.now),
    cookieKeys: [randomBytes(32).toString("base64url")],
    accessToken: {
      profile: options.accessTokenProfile ?? "auth0",
      emailClaim: options.emailClaim ?? EMAIL_CLAIM,
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

function close(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((error) => (error ? reject(error) : resolve()));
    server.closeAllConnections();
  });
}
