/** What differs between the pages: HTML, put in the place of the same words in braces. */
export type PageParts = Readonly<
  Record<"title" | "script" | "introduction" | "signIn" | "more" | "footnote", string>
>;

/** @param cases what there is to try beyond a call */
export function mainPage(cases: string): PageParts {
  return {
    title: "Who is allowed, and why",
    script: "/page.js",
    introduction:
      "An Auth0 sign-in, an API behind API Gateway, and the authorizer between them. All of it on this machine. " +
      "Your application signs in with an older package? The same API, " +
      '<a href="/auth0-js">called with Auth0.js</a> and <a href="/lock">with Lock</a>.',
    signIn: "",
    more: cases,
    footnote:
      '<p id="hosted-python" hidden></p>' +
      "<p>What answers on this page is the project’s emulator of API Gateway: its events, its cache and its status " +
      "codes, in memory, around the same authorizer and the same Lambda that get deployed. Nothing leaves this " +
      "machine.</p>",
  };
}

/** The package draws its form, or its button, in the page itself. */
const WITH_PACKAGE = { signIn: '<div id="sign-in"></div>', more: "" };

const TODAY = '<a href="/">All of it, with Auth0’s SDK of today</a>';
const SENDS = "sends the ID token to the API, as old applications do, or the access token, as they should.";

export const AUTH0_JS: PageParts = {
  ...WITH_PACKAGE,
  title: "Sign-in with Auth0.js",
  script: "/auth0-js.js",
  introduction:
    "The package <code>auth0-js</code> signs in by redirect and renews in a hidden frame, without a refresh token. " +
    `${TODAY}, or <a href="/lock">with Lock</a>.`,
  footnote: `<p>This page asks the local tenant for <code>token id_token</code> in the implicit flow. It ${SENDS}</p>`,
};

export const LOCK: PageParts = {
  ...WITH_PACKAGE,
  title: "Sign-in with Lock",
  script: "/lock.js",
  introduction:
    "The package <code>auth0-lock</code> shows a form in the page itself, and renews in a hidden frame. " +
    `${TODAY}, or <a href="/auth0-js">with Auth0.js</a>.`,
  footnote:
    "<p>Lock posts email and password to the local tenant and trades the answer for tokens in a hidden frame: " +
    `Auth0’s cross-origin authentication. The page ${SENDS}</p>`,
};
