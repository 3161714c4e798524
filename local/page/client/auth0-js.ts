import { WebAuth, type Auth0DecodedHash } from "auth0-js";
import type { Tokens } from "./call-form.ts";
import { button } from "./dom.ts";
import { PackageError, runPage, type SignInPackage } from "./package-page.ts";
import { localTenant } from "./tenant-address.ts";
import type { PageConfig } from "./trace.ts";
import { signInHint } from "./visitor.ts";

void runPage((config) => new Auth0Js(config));

/** Auth0.js: sign-in by redirect, renewal in a hidden frame. */
class Auth0Js implements SignInPackage {
  readonly #config: PageConfig;
  readonly #webAuth: WebAuth;

  constructor(config: PageConfig) {
    this.#config = config;
    this.#webAuth = createWebAuth(config);
  }

  showSignIn(place: HTMLElement): void {
    const start = button("Sign in with Auth0.js", () => this.#webAuth.authorize(), { class: "primary" });
    place.replaceChildren(start, signInHint(this.#config));
  }

  tokensInAddress(): Promise<Tokens | undefined> {
    return tokensInAddress(this.#webAuth);
  }

  renew(): Promise<Tokens> {
    return renewedTokens(this.#webAuth);
  }

  signOut(): void {
    this.#webAuth.logout({ returnTo: `${location.origin}/auth0-js` });
  }
}

function createWebAuth({ issuer, legacyClientId: clientID, audience }: PageConfig): WebAuth {
  const tenant = localTenant(issuer);
  return new WebAuth({
    ...tenant,
    clientID,
    redirectUri: `${location.origin}/auth0-js`,
    responseType: "token id_token",
    scope: "openid profile email",
    audience,
  });
}

function tokensInAddress(webAuth: WebAuth): Promise<Tokens | undefined> {
  return new Promise((resolve, reject) => {
    webAuth.parseHash((error, answer) => {
      history.replaceState(undefined, "", location.pathname);
      if (error) reject(new PackageError(error));
      else resolve(answer === null ? undefined : tokensOf(answer));
    });
  });
}

function renewedTokens(webAuth: WebAuth): Promise<Tokens> {
  return new Promise((resolve, reject) => {
    webAuth.checkSession({}, (error, answer: Auth0DecodedHash) => {
      if (error) reject(new PackageError(error));
      else resolve(tokensOf(answer));
    });
  });
}

function tokensOf({ idToken = "", accessToken = "" }: Auth0DecodedHash): Tokens {
  return { id: idToken, access: accessToken };
}
