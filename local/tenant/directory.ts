/**
 * The local tenant's directory: its API, its applications and its users, in one place.
 * Nothing here is secret: the tenant listens on loopback only, and these people do not exist.
 */

/** Where the tenant answers unless it is told otherwise. Auth0's issuers end with a slash, so this one does. */
export const DEFAULT_ISSUER = "http://localhost:4000/";

/** The identifier of the API: what a client asks for as `audience`, and what stands in `aud`. */
export const API_IDENTIFIER = "https://api.example.com/";

/** What the API lets users and machines ask for, beside OpenID Connect's own scopes. */
export const API_SCOPES: readonly string[] = ["read:messages", "write:messages"];

/** The claim that carries a user's email in access tokens; its verification stands in `${EMAIL_CLAIM}_verified`. */
export const EMAIL_CLAIM = "https://example.com/email";

/** The claim that carries a user's roles, in both kinds of token. */
export const ROLES_CLAIM = "https://example.com/roles";

/** Where the single-page app is served from. */
export const SPA_ORIGIN = "http://localhost:4001";

/** Where the users' passwords are: Auth0's name for the database of a new tenant. */
export const CONNECTION = "Username-Password-Authentication";

export interface Application {
  readonly name: string;
  readonly clientId: string;
  /** Only a confidential application has one; the others prove themselves with PKCE (RFC 7636). */
  readonly clientSecret?: string;
  /** Auth0 signs this application's ID tokens with HS256 and this secret; with RS256 where there is none. */
  readonly hs256Secret?: string;
  readonly kind: "spa" | "legacySpa" | "mobile" | "machine";
  /** Auth0's "Allowed Callback URLs", compared as exact strings. */
  readonly redirectUris: readonly string[];
  /** Auth0's "Allowed Logout URLs". */
  readonly logoutUrls: readonly string[];
  /** Auth0's "Allowed Web Origins": who may call the tenant from a browser (CORS). */
  readonly origins: readonly string[];
}

/** Claims that a post-login Action would add for every user, by name. */
export type CustomClaims = Readonly<Record<string, unknown>>;

/** What the tenant tells applications and APIs about a person. */
export interface Profile {
  readonly sub: string;
  readonly email: string;
  readonly emailVerified: boolean;
  readonly name: string;
  readonly nickname: string;
  readonly roles: readonly string[];
}

export interface User extends Profile {
  readonly password: string;
}

/** A single-page app that is served from `origins`: the page itself and its `/callback` may receive the code. */
export function singlePageApp(name: string, clientId: string, origins: readonly string[]) {
  const pages = origins.flatMap((origin) => [`${origin}/callback`, origin, `${origin}/`]);
  const logoutUrls = origins.flatMap((origin) => [origin, `${origin}/`]);
  return { name, clientId, kind: "spa", redirectUris: pages, logoutUrls, origins } as const;
}

/**
 * An application whose pages sign in with Auth0.js and with Lock. Beside the code flow it may use what these packages
 * use: the implicit flow (RFC 6749 §4.2), the password grants and cross-origin authentication.
 */
export function legacyApp(origins: readonly string[]) {
  const pages = origins.flatMap((origin) => [`${origin}/auth0-js`, `${origin}/lock`]);
  return {
    name: "Pages with Auth0.js and Lock",
    clientId: "LocalAuth0JsAndLock0000000000005",
    kind: "legacySpa",
    redirectUris: pages,
    logoutUrls: pages,
    origins,
  } as const;
}

export const applications = {
  spa: singlePageApp("Single-page app", "LocalSinglePageApp00000000000001", [SPA_ORIGIN]),
  mobile: {
    name: "Mobile app",
    clientId: "LocalMobileApp000000000000000002",
    kind: "mobile",
    redirectUris: ["com.example.mobile://localhost/callback"],
    logoutUrls: ["com.example.mobile://localhost/signed-out"],
    origins: [],
  },
  machine: {
    name: "Nightly job",
    clientId: "LocalMachineClient00000000000003",
    clientSecret: "local-machine-secret-that-guards-nothing",
    kind: "machine",
    redirectUris: [],
    logoutUrls: [],
    origins: [],
  },
  /** Of the same tenant, but of another team: our API must refuse the ID tokens that it gets. */
  foreign: singlePageApp("Another team's app", "LocalForeignApp00000000000000004", ["http://localhost:4002"]),
  legacy: legacyApp([SPA_ORIGIN]),
  /** Made when HS256 was the default, and never switched: our API must refuse the ID tokens that it gets. */
  hs256: {
    ...singlePageApp("Old app with HS256", "LocalOldAppWithHS256000000000006", [SPA_ORIGIN]),
    hs256Secret: "local-secret-that-signs-what-nobody-should-accept",
  },
} as const satisfies Record<string, Application>;

export type ApplicationName = keyof typeof applications;

export const users = {
  verified: {
    sub: "auth0|65f0c0ffee0000000000000a",
    email: "verified@example.com",
    emailVerified: true,
    name: "Vera Verified",
    nickname: "vera",
    roles: ["member", "editor"],
    password: "a-long-password-for-vera",
  },
  unverified: {
    sub: "auth0|65f0c0ffee0000000000000b",
    email: "unverified@example.com",
    emailVerified: false,
    name: "Uwe Unverified",
    nickname: "uwe",
    roles: ["member"],
    password: "a-long-password-for-uwe",
  },
  /** For demonstrations: the user who is blocked, deleted and logged out there is not the visitor. */
  leaving: {
    sub: "auth0|65f0c0ffee0000000000000c",
    email: "leaving@example.com",
    emailVerified: true,
    name: "Lea Leaving",
    nickname: "lea",
    roles: ["member"],
    password: "a-long-password-for-lea",
  },
  /** Verified, but with an address of another domain than everybody else. */
  outsider: {
    sub: "auth0|65f0c0ffee0000000000000d",
    email: "outsider@elsewhere.example",
    emailVerified: true,
    name: "Otto Outsider",
    nickname: "otto",
    roles: [],
    password: "a-long-password-for-otto",
  },
} as const satisfies Record<string, User>;

export type Users = Readonly<Record<keyof typeof users, User>>;

/** The domain of the users' addresses, the outsider's excepted. */
export const EMAIL_DOMAIN = "example.com";

/** The users with addresses of this domain, and the outsider as always. */
export function usersOf(emailDomain: string): Users {
  const moved = (user: User): User => ({ ...user, email: `${user.email.split("@")[0]}@${emailDomain}` });
  const { verified, unverified, leaving, outsider } = users;
  return { verified: moved(verified), unverified: moved(unverified), leaving: moved(leaving), outsider };
}
