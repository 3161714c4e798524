/** How Auth0.js and Lock are told where a tenant is. */
export interface TenantAddress {
  readonly domain: string;
  readonly overrides: {
    readonly __tenant: string;
    readonly __token_issuer: string;
    readonly __jwks_uri: string;
  };
}

/**
 * A tenant at Auth0 is `{ domain: "acme.eu.auth0.com" }`. This one has neither https nor port 443, which both packages
 * take for granted unless they are told otherwise.
 */
export function localTenant(issuer: string): TenantAddress {
  return {
    domain: new URL(issuer).origin,
    overrides: {
      __tenant: "localhost",
      __token_issuer: issuer,
      __jwks_uri: `${issuer}.well-known/jwks.json`,
    },
  };
}
