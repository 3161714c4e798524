import type { AccessRules } from "../src/authorizer/access-rules.ts";
import type { Identity } from "../src/identity/identity.ts";

/** A user whom every rule allows. */
export const ALICE: Identity = {
  subject: "auth0|alice",
  principalType: "user",
  email: { kind: "address", address: "alice@example.com", verified: true },
  tokenUse: "id",
  issuer: "https://acme.eu.auth0.com/",
  audience: "WebApp",
  clientId: "WebApp",
  expiresAt: 1_800_000_000,
  scopes: [],
  permissions: [],
  organization: undefined,
  actors: [],
  claims: {},
};

/** What the settings say about who is allowed by default. */
export const ACCESS_RULES: AccessRules = {
  allowMachines: false,
  allowAnonymous: false,
  allowAgents: false,
  actors: "none",
  organizations: [],
  emailPolicy: "verified",
  emailDomains: [],
  requiredClaims: {},
  requiredPermissions: [],
  routePermissions: {},
};
