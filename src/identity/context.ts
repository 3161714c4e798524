import type { ContextName, NameAlwaysThere } from "../settings/context-names.ts";
import type { Email, Identity } from "./identity.ts";

/**
 * What the backend receives: flat and all strings, because every kind of gateway forwards those unchanged. A key is
 * absent where the token has no value. Changing a name here breaks users.
 */
export interface IdentityContext extends Readonly<Record<NameAlwaysThere, string>> {
  readonly sub: string;
  readonly email?: string;
  readonly email_verified?: "true" | "false";
  readonly token_use: "id" | "access";
  readonly iss: string;
  /** The API identifier or client ID of the settings that the token is meant for. */
  readonly aud: string;
  readonly client_id?: string;
  /** Seconds since the epoch. */
  readonly exp: string;
  /** Separated by spaces. */
  readonly scope?: string;
  /** Separated by spaces. */
  readonly permissions?: string;
  readonly org_id?: string;
  readonly org_name?: string;
  /** The subject that acts for the user now, in a delegated token (RFC 8693 §4.1). */
  readonly actor?: string;
  /** The subjects of all who act for the user, the current one first, separated by spaces. */
  readonly actors?: string;
  /** Absent for users. */
  readonly principal_type?: "agent" | "machine" | "anonymous";
  /** Custom claims that are more than a string: base64url of a JSON object. */
  readonly custom_claims?: string;
}

type Reserved<Name extends ContextName> = Name;

/** A key of the context, which the settings reserve: see {@link ContextName}. */
export type ContextKey = Reserved<keyof IdentityContext>;

/** The context of an identity, with custom claims, over which its own values win. */
export function toContext(
  identity: Identity,
  custom: Readonly<Record<string, string>> = {},
): IdentityContext {
  const { email, clientId, scopes, permissions, organization, actors, principalType } = identity;
  const [actor] = actors;
  return {
    ...custom,
    sub: identity.subject,
    ...toEmailContext(email),
    token_use: identity.tokenUse,
    iss: identity.issuer,
    aud: identity.audience,
    ...(clientId !== undefined && { client_id: clientId }),
    exp: String(identity.expiresAt),
    ...(scopes.length > 0 && { scope: scopes.join(" ") }),
    ...(permissions.length > 0 && { permissions: permissions.join(" ") }),
    ...(organization?.id !== undefined && { org_id: organization.id }),
    ...(organization?.name !== undefined && { org_name: organization.name }),
    ...(actor !== undefined && { actor, actors: actors.join(" ") }),
    ...(principalType !== "user" && { principal_type: principalType }),
  };
}

function toEmailContext(email: Email): Pick<IdentityContext, "email" | "email_verified"> {
  if (email.kind !== "address") return {};
  const { address, verified } = email;
  return { email: address, ...(verified !== undefined && { email_verified: verified ? "true" : "false" }) };
}
