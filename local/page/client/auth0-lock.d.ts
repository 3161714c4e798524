/** What Auth0 Lock has, and its own declarations leave out. */
declare module "auth0-lock/lib/i18n/en" {
  /** A CommonJS module that calls itself an ES module. */
  const english: { readonly default: object };
  export default english;
}

declare const Auth0: { registerLanguageDictionary(language: string, words: object): void };
