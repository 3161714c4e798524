import { Auth0Lock } from "auth0-lock";
import english from "auth0-lock/lib/i18n/en";
import type { Tokens } from "./call-form.ts";
import { h } from "./dom.ts";
import { PackageError, runPage, type SignInPackage } from "./package-page.ts";
import { localTenant } from "./tenant-address.ts";
import type { PageConfig } from "./trace.ts";
import { signInHint } from "./visitor.ts";

type LockInstance = InstanceType<typeof Auth0Lock>;

/** Where Lock puts its form. */
const CONTAINER = "lock";

// Left alone, Lock loads its words from Auth0's servers, English too.
Auth0.registerLanguageDictionary("en", english.default);
void runPage((config) => new Lock(config));

/** Lock: a form in this page, and renewal in a hidden frame. */
class Lock implements SignInPackage {
  readonly #config: PageConfig;
  readonly #lock: LockInstance;

  constructor(config: PageConfig) {
    this.#config = config;
    this.#lock = createLock(config);
  }

  showSignIn(place: HTMLElement, signedIn: (tokens: Tokens) => void): void {
    place.replaceChildren(signInHint(this.#config), h("div", { id: CONTAINER }));
    this.#lock.on("authenticated", (answer) => signedIn(tokensOf(answer)));
    this.#lock.show();
  }

  /** None: the form stays in this page. */
  tokensInAddress(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  renew(): Promise<Tokens> {
    return renewedTokens(this.#lock);
  }

  signOut(): void {
    this.#lock.logout({ returnTo: `${location.origin}/lock` });
  }
}

function createLock({ issuer, legacyClientId: clientID, audience }: PageConfig): LockInstance {
  const { domain, overrides } = localTenant(issuer);
  // Lock asks elsewhere for its logo and for the visitor's picture, unless it is given one and told to leave the other.
  const theme = { logo: iconOfPage(), primaryColor: "#3f51d8" };
  const loopback = { configurationBaseUrl: domain, overrides, theme, avatar: null };
  return new Auth0Lock(clientID, domain, {
    ...loopback,
    container: CONTAINER,
    autofocus: false,
    rememberLastLogin: false,
    languageDictionary: { title: "The local tenant" },
    auth: {
      redirect: false,
      redirectUrl: `${location.origin}/lock`,
      responseType: "token id_token",
      params: { scope: "openid profile email" },
      audience,
    },
  });
}

function renewedTokens(lock: LockInstance): Promise<Tokens> {
  return new Promise((resolve, reject) => {
    lock.checkSession({}, (error, answer) => {
      if (answer) resolve(tokensOf(answer));
      else reject(new PackageError(error));
    });
  });
}

function tokensOf({ idToken, accessToken }: AuthResult): Tokens {
  return { id: idToken, access: accessToken };
}

function iconOfPage(): string {
  return document.querySelector<HTMLLinkElement>("link[rel=icon]")?.href ?? "";
}
