import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createSigningKey, signJwt, type SigningKey } from "./signing-key.ts";

/** A user of the tenant's database. */
export interface User {
  readonly sub: string;
  readonly email?: string;
  readonly email_verified?: boolean;
}

/** What differs from the token that the tenant would issue. A claim or header parameter of `undefined` is left out. */
export interface TokenOptions {
  /** Who signed in: {@link ALICE} unless given. */
  readonly user?: User;
  /** The application that asked for the token: the tenant's own unless given. */
  readonly clientId?: string;
  /** Becomes `org_id`. */
  readonly organization?: string | undefined;
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly header?: Readonly<Record<string, unknown>> | undefined;
  /** What it is signed with: the tenant's current key unless given. */
  readonly key?: SigningKey | undefined;
}

export interface AccessTokenOptions extends TokenOptions {
  /** `auth0` unless given. */
  readonly profile?: "auth0" | "rfc9068";
  /** Separated by spaces. */
  readonly scope?: string;
  readonly permissions?: readonly string[];
}

/** How an AI agent came by its token; Auth0 writes it into the token in three forms. */
export type AgentGrant = "client-credentials" | "login" | "on-behalf-of";

export interface AgentTokenOptions extends AccessTokenOptions {
  /**
   * `client-credentials`: the agent is the subject, and there is no user. `login`: a user signed in to the agent's
   * client; the agent stands in `act`. `on-behalf-of`: the agent exchanged a user's token; the actors before it are
   * nested in its `act`. The first where left out.
   */
  readonly grant?: AgentGrant;
  /** Its ID, or the external one that it was given. */
  readonly agent?: string;
  /**
   * `on-behalf-of`: who acted before the agent, the latest first; at most four. The last one is the application
   * that the user signed in to, the others are agents.
   */
  readonly earlierActors?: readonly string[];
}

export interface TenantOptions {
  /** Milliseconds since the epoch. */
  readonly clock?: () => number;
  /** The application's client ID: `test-application` unless given. */
  readonly clientId?: string;
  /** The API's identifier: `https://api.example.com/` unless given. */
  readonly audience?: string;
  /** The claim with the email in access tokens: `https://example.com/email` unless given. */
  readonly emailClaim?: string;
}

/** How the key endpoint fails: with a status, or by never answering. */
export type Outage = number | "silent";

const DEFAULTS = {
  clock: Date.now,
  clientId: "test-application",
  audience: "https://api.example.com/",
  emailClaim: "https://example.com/email",
};
const TOKEN_LIFETIME_SECONDS = 3600;
const AGENT = "agt_1a2b3c";
/** @see https://auth0.com/docs/ai-agents-mcp/agents-as-principal/agent-identity-in-tokens */
const MAX_ACTORS = 5;

/** The user whom tokens are issued to unless another is given. */
export const ALICE: User = { sub: "auth0|alice", email: "alice@example.com", email_verified: true };

/** Starts a {@link FakeTenant} on a free port of the loopback interface. It keeps no process alive. */
export async function startFakeTenant(options: TenantOptions = {}): Promise<FakeTenant> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve).unref());
  const tenant = new FakeTenant(server, { ...DEFAULTS, ...options });
  server.on("request", (_request, response) => tenant.answer(response));
  return tenant;
}

/** A fake Auth0 tenant: it publishes keys over HTTP and issues tokens without a sign-in. */
export class FakeTenant {
  /** With Auth0's trailing slash. */
  readonly issuer: string;
  readonly jwksUri: string;
  /** How often the keys were fetched. */
  fetches = 0;
  /** What is published, in order. Change it as you like. */
  publishedKeys: SigningKey[];
  currentKey: SigningKey;
  readonly #server: Server;
  readonly #options: Required<TenantOptions>;
  #outage: Outage | undefined;

  constructor(server: Server, options: Required<TenantOptions>) {
    this.#server = server;
    this.#options = options;
    this.issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    this.jwksUri = `${this.issuer}.well-known/jwks.json`;
    this.currentKey = createSigningKey();
    this.publishedKeys = [this.currentKey, createSigningKey()];
  }

  /** Settings for an authorizer that accepts this tenant's tokens. */
  get settings(): { domain: string[]; clientIds: string[]; audiences: string[]; emailClaim: string } {
    const { clientId, audience, emailClaim } = this.#options;
    return { domain: [this.issuer], clientIds: [clientId], audiences: [audience], emailClaim };
  }

  /** An ID token (OIDC Core §2) as Auth0 issues it. */
  idToken({
    user = ALICE,
    clientId = this.#options.clientId,
    organization,
    claims,
    header,
    key,
  }: TokenOptions = {}): string {
    requireSub(user);
    const own = { ...this.#common(), aud: clientId, ...user, org_id: organization };
    return this.sign({ ...own, ...claims }, { header, key });
  }

  /** An access token of Auth0's own profile or of RFC 9068, with the email in a namespaced claim. */
  accessToken(options: AccessTokenOptions = {}): string {
    const { user = ALICE, clientId = this.#options.clientId, profile = "auth0", organization } = options;
    requireSub(user);
    const { audience, emailClaim } = this.#options;
    const own = {
      ...this.#common(),
      sub: user.sub,
      aud: [audience, `${this.issuer}userinfo`],
      ...(profile === "auth0" ? { azp: clientId } : { client_id: clientId, jti: crypto.randomUUID() }),
      [emailClaim]: user.email,
      [`${emailClaim}_verified`]: user.email_verified,
      scope: options.scope,
      permissions: options.permissions,
      org_id: organization,
    };
    const header = { typ: profile === "auth0" ? "JWT" : "at+jwt", ...options.header };
    return this.sign({ ...own, ...options.claims }, { header, key: options.key });
  }

  /** A client-credentials token: the caller is a machine. */
  machineToken({ clientId = this.#options.clientId, ...rest }: AccessTokenOptions = {}): string {
    const claims = { gty: "client-credentials", aud: this.#options.audience, ...rest.claims };
    return this.accessToken({ ...rest, clientId, user: { sub: `${clientId}@clients` }, claims });
  }

  /**
   * A token of an AI agent, for an API that opted in to Auth0's agent claims: `sub_profile`, `client_profile` and
   * `act`. In RFC 9068's profile where left out.
   *
   * @see https://auth0.com/docs/ai-agents-mcp/agents-as-principal/agent-identity-in-tokens
   * @throws Error for more than five actors, which Auth0 does not issue
   */
  agentToken({ grant = "client-credentials", ...options }: AgentTokenOptions = {}): string {
    const { agent = AGENT, clientId = this.#options.clientId, user = ALICE } = options;
    const isSubject = grant === "client-credentials";
    const claims = {
      aud: this.#options.audience,
      sub_profile: isSubject ? "ai_agent" : "user",
      client_profile: grant === "login" ? "ai_agent" : "service ai_agent",
      ...(!isSubject && {
        act: this.#actors(agent, clientId, grant === "login" ? [] : options.earlierActors),
      }),
      ...options.claims,
    };
    const subject = isSubject ? { sub: agent } : user;
    return this.accessToken({ profile: "rfc9068", ...options, user: subject, claims });
  }

  /** A token with exactly these claims. */
  sign(claims: object, { header, key = this.currentKey }: Pick<TokenOptions, "header" | "key"> = {}): string {
    return signJwt({ alg: "RS256", typ: "JWT", kid: key.kid, ...header }, claims, key);
  }

  /** The next key becomes the current one, and a new next key is published. */
  rotate(): void {
    const index = this.publishedKeys.indexOf(this.currentKey);
    this.currentKey = this.publishedKeys[index + 1] ?? createSigningKey();
    this.publishedKeys.push(createSigningKey());
  }

  /** Stops publishing a key. */
  revoke(key: SigningKey): void {
    this.publishedKeys = this.publishedKeys.filter((published) => published !== key);
  }

  /** Until called without an argument, the keys are not served. */
  fail(outage?: Outage): void {
    this.#outage = outage;
  }

  close(): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  /** Answers one request for the keys. */
  answer(response: ServerResponse): void {
    this.fetches += 1;
    if (this.#outage === "silent") return;
    response.statusCode = this.#outage ?? 200;
    response.setHeader("content-type", "application/json; charset=utf-8");
    response.end(JSON.stringify({ keys: this.publishedKeys.map(({ jwk }) => jwk) }));
  }

  /** The `act` of an agent (RFC 8693 §4.1), with the actors before it nested in it. */
  #actors(agent: string, clientId: string, earlier: readonly string[] = ["web-application"]): object {
    if (earlier.length >= MAX_ACTORS)
      throw new Error(`Auth0 issues tokens with at most ${MAX_ACTORS} actors`);
    const nested = earlier.reduceRight<object | undefined>((act, sub, index) => {
      const profile = index === earlier.length - 1 ? "browser_app" : "ai_agent";
      return { ...this.#actor(sub, sub, profile), ...(act && { act }) };
    }, undefined);
    return { ...this.#actor(agent, clientId, "ai_agent"), ...(nested && { act: nested }) };
  }

  #actor(sub: string, clientId: string, profile: string): object {
    return { sub, iss: this.issuer, sub_profile: profile, client_id: clientId, client_profile: profile };
  }

  #common(): object {
    const now = Math.floor(this.#options.clock() / 1000);
    return { iss: this.issuer, iat: now, exp: now + TOKEN_LIFETIME_SECONDS };
  }
}

/** Without this, a user that a test made without `sub` would be a 401 whose reason only the log has. */
function requireSub({ sub }: Partial<User>): void {
  if (typeof sub === "string" && sub !== "") return;
  throw new Error(
    "The user has no sub: give one, such as auth0|bob. For a token without it, set claims: { sub: undefined }",
  );
}
