import type { Tokens } from "./call-form.ts";
import { byId, h } from "./dom.ts";
import { tokenView } from "./token.ts";
import type { PageConfig } from "./trace.ts";

/** Who is signed in. */
export interface Person {
  readonly name: string;
  readonly email: string;
  readonly emailVerified: boolean;
}

/** A person by name and email, with what they can do. */
export function visitorView(
  { name, email, emailVerified }: Person,
  ...buttons: readonly HTMLElement[]
): HTMLElement {
  const verified = emailVerified ? "verified" : "not verified";
  const who = h("div", {}, h("strong", {}, name), h("p", { class: "quiet" }, `${email}, ${verified}`));
  return h("div", { class: "visitor" }, who, ...buttons);
}

/** Whom a visitor may sign in as. */
export function signInHint({ user }: PageConfig): HTMLElement {
  const [email, password] = [h("code", {}, user.email), h("code", {}, user.password)];
  return h("p", { class: "quiet" }, "As ", email, ", password ", password);
}

/** Shows both tokens, decoded. */
export function showTokens({ id, access }: Tokens, { emailClaim }: PageConfig): void {
  byId("tokens", HTMLElement).hidden = false;
  byId("token-views", HTMLElement).replaceChildren(
    tokenView("ID token: who you are, for the application", id, emailClaim),
    tokenView("Access token: what the application may do, for the API", access, emailClaim),
  );
}
