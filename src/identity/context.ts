import type { Email, Identity } from "./identity.ts";

/**
 * What the Lambda behind receives: flat and all strings, because that is what every kind of gateway hands on
 * unchanged. A key is absent where the token has no value. Changing a name here breaks users.
 */
export interface IdentityContext {
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
  /** The subject of the one who acts for the user now, in a delegated token (RFC 8693 §4.1). */
  readonly actor?: string;
  /** The subjects of all who act for the user, the current one first, separated by spaces. */
  readonly actors?: string;
  /** Absent for users. */
  readonly principal_type?: "agent" | "machine" | "anonymous";
  /** Claims of the team's own that are more than text: base64url of a JSON object. */
  readonly custom_claims?: string;
}

/** The context of an identity, as text. */
export function toContext(identity: Identity): IdentityContext {
  const { email, clientId, scopes, permissions, organization, actors, principalType } = identity;
  const [actor] = actors;
  return {
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
