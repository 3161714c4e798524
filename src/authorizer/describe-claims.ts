import type { Settings } from "../settings/settings.ts";
import { getOwn, type JsonObject } from "../token/jwt.ts";

/** The audiences of the settings, which are safe to log as they are. */
export type KnownAudiences = Pick<Settings, "clientIds" | "audiences">;

/** A token's client, audience and issuer in a form that is safe to log even if they are forged. */
export interface DescribedClaims extends Readonly<Record<string, string | undefined>> {
  readonly client_id: string | undefined;
  readonly aud: string | undefined;
  readonly iss: string | undefined;
}

/** Auth0's client IDs. An application that registers itself has an https address instead (CIMD). */
const CLIENT_ID = /^[A-Za-z0-9_-]{1,64}$/;
/** The host of an address, with its port, and nothing that a log would show as text. */
const HOST = /^https?:\/\/([A-Za-z0-9.-]{1,253}(?::\d{1,5})?)(?:[/?#]|$)/;

/**
 * Describes which application sent a token, for which API, and which tenant it names. A forged token may say anything:
 * what is not of these forms is `invalid`, and an audience that no setting has is `other`, or its host.
 */
export function describeClaims(claims: JsonObject, known: KnownAudiences): DescribedClaims {
  return {
    client_id: describeClientId(getOwn(claims, "azp") ?? getOwn(claims, "client_id"), getOwn(claims, "aud")),
    aud: describeAudience(getOwn(claims, "aud"), known),
    iss: describe(getOwn(claims, "iss"), toHost),
  };
}

/** An ID token without `azp` was issued to the application that is its only audience (OIDC Core §2). */
function describeClientId(clientId: unknown, audience: unknown): string | undefined {
  const isId = (value: string): string | undefined => (CLIENT_ID.test(value) ? value : undefined);
  if (clientId !== undefined) return describe(clientId, (value) => isId(value) ?? toHost(value));
  const [only, ...others] = [audience].flat();
  return typeof only === "string" && others.length === 0 ? isId(only) : undefined;
}

function describeAudience(audience: unknown, { clientIds, audiences }: KnownAudiences): string | undefined {
  const values = [audience].flat();
  const isKnown = (value: unknown): boolean =>
    typeof value === "string" && (audiences.includes(value) || clientIds.includes(value));
  return describe(values.find(isKnown) ?? values[0], (value) =>
    isKnown(value) ? value : (toHost(value) ?? "other"),
  );
}

function describe(value: unknown, form: (value: string) => string | undefined): string | undefined {
  if (value === undefined) return undefined;
  return (typeof value === "string" ? form(value) : undefined) ?? "invalid";
}

function toHost(value: string): string | undefined {
  return HOST.exec(value)?.[1];
}
