/** Lines of a `serverless.yml`: the plugin's section with what every service needs. Options of the section may follow. */
export const SECTION = [
  "custom:",
  "  auth0Authorizer:",
  "    domain: acme.eu.auth0.com",
  "    audiences: https://api.acme.com/",
  "    emailPolicy: optional",
  "    snapshot: false",
];
