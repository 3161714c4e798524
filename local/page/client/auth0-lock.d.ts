/** What Auth0 Lock has, and its own declarations leave out. */
declare module "auth0-lock/lib/i18n/en" {
  const english: object;
  export default english;
}

declare const Auth0: { registerLanguageDictionary(language: string, words: object): void };
