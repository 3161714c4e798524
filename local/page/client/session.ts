import { createAuth0Client, type Auth0Client } from "@auth0/auth0-spa-js";
import type { Tokens } from "./call-form.ts";
import type { PageConfig } from "./trace.ts";
import type { Person } from "./visitor.ts";

export interface Visitor extends Person {
  readonly tokens: Tokens;
}

/** The visitor's session, by the client that Auth0's own users use. */
export class Session {
  readonly #auth0: Auth0Client;

  private constructor(auth0: Auth0Client) {
    this.#auth0 = auth0;
  }

  /** Also ends a sign-in that comes back, and takes up one that is still good. */
  static async open({ issuer, clientId, audience }: PageConfig): Promise<Session> {
    const auth0 = await createAuth0Client({
      domain: new URL(issuer).origin,
      clientId,
      authorizationParams: {
        audience,
        redirect_uri: `${location.origin}/callback`,
        scope: "openid profile email read:messages",
      },
    });
    if (location.pathname === "/callback") {
      const isAnswer = /[?&](code|error)=/.test(location.search);
      if (isAnswer) await auth0.handleRedirectCallback();
      history.replaceState(undefined, "", "/");
    }
    return new Session(auth0);
  }

  async visitor(): Promise<Visitor | undefined> {
    if (!(await this.#auth0.isAuthenticated())) return undefined;
    const access = await this.#auth0.getTokenSilently();
    const claims = await this.#auth0.getIdTokenClaims();
    if (access === undefined || claims === undefined) return undefined;
    return {
      name: claims.name ?? "Somebody",
      email: claims.email ?? "",
      emailVerified: claims.email_verified === true,
      tokens: { id: claims.__raw, access },
    };
  }

  async signIn(): Promise<void> {
    await this.#auth0.loginWithRedirect();
  }

  async signOut(): Promise<void> {
    await this.#auth0.logout({ logoutParams: { returnTo: location.origin } });
  }
}
