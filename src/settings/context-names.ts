/**
 * The names of the verified identity in the context, first those that every identity has. `identity/context.ts` does not
 * compile with a field that is missing here, so that no custom claim can ever take the name of one.
 */
export const ALWAYS_THERE = ["sub", "token_use", "iss", "aud", "exp"] as const;

const OPTIONAL_NAMES = [
  "email",
  "email_verified",
  "client_id",
  "scope",
  "permissions",
  "org_id",
  "org_name",
  "actor",
  "actors",
  "principal_type",
  "custom_claims",
] as const;

export type NameAlwaysThere = (typeof ALWAYS_THERE)[number];

export type ContextName = NameAlwaysThere | (typeof OPTIONAL_NAMES)[number];

/** The key of a Deny's context, and those under which gateways nest what an authorizer answered. */
const OTHER_NAMES = ["reason", "claims", "jwt", "lambda"] as const;

/** Names that a custom claim cannot have in the context. */
export const RESERVED_NAMES: readonly string[] = [...ALWAYS_THERE, ...OPTIONAL_NAMES, ...OTHER_NAMES];
