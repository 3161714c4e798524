/** What differs between the pages with the older packages: HTML, put in the place of the same words in braces. */
export type PackagePage = Readonly<Record<"title" | "script" | "introduction" | "footnote", string>>;

const TODAY = '<a href="/">All of it, with Auth0’s SDK of today</a>';
const SENDS = "sends the ID token to the API, as old applications do, or the access token, as they should.";

export const AUTH0_JS: PackagePage = {
  title: "Sign-in with Auth0.js",
  script: "/auth0-js.js",
  introduction:
    "The package <code>auth0-js</code> signs in by redirect and renews in a hidden frame, without a refresh token. " +
    `${TODAY}, or <a href="/lock">with Lock</a>.`,
  footnote: `This page asks the local tenant for <code>token id_token</code> in the implicit flow. It ${SENDS}`,
};

export const LOCK: PackagePage = {
  title: "Sign-in with Lock",
  script: "/lock.js",
  introduction:
    "The package <code>auth0-lock</code> shows a form in the page itself, and renews in a hidden frame. " +
    `${TODAY}, or <a href="/auth0-js">with Auth0.js</a>.`,
  footnote:
    "Lock posts e-mail and password to the local tenant and trades the answer for tokens in a hidden frame: " +
    `Auth0’s cross-origin authentication. The page ${SENDS}`,
};
