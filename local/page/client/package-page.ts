import { onCall, showChoices, type Tokens } from "./call-form.ts";
import { json, openStage } from "./calls.ts";
import { button, byId } from "./dom.ts";
import { report, say } from "./runs.ts";
import { decode } from "./token.ts";
import type { PageConfig } from "./trace.ts";
import { showTokens, visitorView, type Person } from "./visitor.ts";

/** What a page asks of the package that signs its users in. */
export interface SignInPackage {
  /**
   * Shows how to sign in.
   *
   * @param signedIn called where that ends on this page; a redirect ends with another visit
   */
  showSignIn(place: HTMLElement, signedIn: (tokens: Tokens) => void): void;
  /** The tokens in the page's address, after a redirect; undefined where there are none. */
  tokensInAddress(): Promise<Tokens | undefined>;
  /** New tokens, by the session at the tenant. Rejects with a PackageError. */
  renew(): Promise<Tokens>;
  /** Ends the session at the tenant, and comes back. */
  signOut(): void;
}

/** What a package says of a sign-in that failed, in OAuth's words: `login_required`. */
export class PackageError extends Error {
  readonly code: string;

  constructor({ error = "unknown", error_description: description = "" }: OAuthError) {
    super(description === "" ? error : `${error}, ${description}`);
    this.code = error;
  }
}

export interface OAuthError {
  readonly error?: string | undefined;
  readonly error_description?: string | undefined;
}

/** Runs the page of one package: sign-in, renewal, and calls with either token. */
export async function runPage(open: (config: PageConfig) => SignInPackage): Promise<void> {
  showChoices();
  try {
    const config = await json<PageConfig>(fetch("/config.json"));
    await new PackagePage(config, open(config)).start();
  } catch (error) {
    report(error);
  }
}

class PackagePage {
  readonly #config: PageConfig;
  readonly #package: SignInPackage;
  #tokens: Tokens | undefined;

  constructor(config: PageConfig, signInPackage: SignInPackage) {
    this.#config = config;
    this.#package = signInPackage;
  }

  /** Takes up the session at the tenant, where there is one: the tokens of an earlier visit are not kept. */
  async start(): Promise<void> {
    onCall(this.#config, await openStage(), () => this.#tokens);
    try {
      this.#signedIn((await this.#package.tokensInAddress()) ?? (await this.#package.renew()));
    } catch (error) {
      this.#showSignIn();
      if (!isSignedOut(error)) throw error;
      say(`No user is signed in: ${error.code}.`);
    }
  }

  #showSignIn(): void {
    byId("you", HTMLElement).replaceChildren();
    this.#package.showSignIn(byId("sign-in", HTMLElement), (tokens) => this.#signedIn(tokens));
  }

  #signedIn(tokens: Tokens): void {
    byId("sign-in", HTMLElement).hidden = true;
    const renew = button("Renew silently", () => void this.#renew());
    const out = button("Sign out", () => this.#package.signOut());
    byId("you", HTMLElement).replaceChildren(visitorView(personIn(tokens.id), renew, out));
    byId("call-button", HTMLButtonElement).disabled = false;
    this.#show(tokens);
    say("You are signed in. Call the API.");
  }

  #show(tokens: Tokens): void {
    this.#tokens = tokens;
    showTokens(tokens, this.#config);
  }

  async #renew(): Promise<void> {
    say("Renewal …");
    try {
      this.#show(await this.#package.renew());
      say("Renewal: new tokens, without a form.");
    } catch (error) {
      if (!isSignedOut(error)) report(error);
      else say(`Renewal: refused, ${error.code}. The session at the tenant has ended, so sign in again.`);
    }
  }
}

function isSignedOut(error: unknown): error is PackageError {
  return error instanceof PackageError && error.code === "login_required";
}

function personIn(idToken: string): Person {
  const { name, email, email_verified: verified } = decode(idToken)?.claims ?? {};
  return { name: String(name), email: String(email), emailVerified: verified === true };
}
