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
  const audiences = [getOwn(claims, "aud")].flat();
  const issuer = getOwn(claims, "iss");
  return {
    client_id: describeClientId(claims, audiences, known),
    aud: describeAudience(audiences, known),
    iss: issuer === undefined ? undefined : (toHost(issuer) ?? "invalid"),
  };
}

/** An ID token without `azp` was issued to the application that is its only audience (OIDC Core §2). */
function describeClientId(
  claims: JsonObject,
  audiences: readonly unknown[],
  { clientIds }: KnownAudiences,
): string | undefined {
  const named = getOwn(claims, "azp") ?? getOwn(claims, "client_id");
  const clientId = named === undefined && audiences.length === 1 ? audiences[0] : named;
  if (typeof clientId === "string" && (clientIds.includes(clientId) || CLIENT_ID.test(clientId)))
    return clientId;
  return named === undefined ? undefined : (toHost(named) ?? "invalid");
}

function describeAudience(audiences: readonly unknown[], known: KnownAudiences): string | undefined {
  const accepted: readonly unknown[] = [...known.audiences, ...known.clientIds];
  const audience = audiences.find((value): value is string => accepted.includes(value));
  if (audience !== undefined) return audience;
  const [first] = audiences;
  if (first === undefined) return undefined;
  return typeof first === "string" ? (toHost(first) ?? "other") : "invalid";
}

function toHost(value: unknown): string | undefined {
  return typeof value === "string" ? HOST.exec(value)?.[1] : undefined;
}
