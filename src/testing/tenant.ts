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
  readonly user?: User;
  readonly clientId?: string;
  /** Becomes `org_id`. */
  readonly organization?: string | undefined;
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly header?: Readonly<Record<string, unknown>> | undefined;
  readonly key?: SigningKey | undefined;
}

export interface AccessTokenOptions extends TokenOptions {
  readonly profile?: "auth0" | "rfc9068";
  readonly scope?: string;
  readonly permissions?: readonly string[];
}

export interface TenantOptions {
  /** Milliseconds since the epoch. */
  readonly clock?: () => number;
  readonly clientId?: string;
  readonly audience?: string;
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
    const own = { ...this.#common(), aud: clientId, ...user, org_id: organization };
    return this.sign({ ...own, ...claims }, { header, key });
  }

  /** An access token of Auth0's own profile or of RFC 9068, with the email in a namespaced claim. */
  accessToken(options: AccessTokenOptions = {}): string {
    const { user = ALICE, clientId = this.#options.clientId, profile = "auth0", organization } = options;
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

  #common(): object {
    const now = Math.floor(this.#options.clock() / 1000);
    return { iss: this.issuer, iat: now, exp: now + TOKEN_LIFETIME_SECONDS };
  }
}
