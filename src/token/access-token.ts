import { Refusal } from "../errors.ts";
import { type UnverifiedJwt, type JsonObject, member } from "./jwt.ts";
import {
  type ClaimRules,
  type AccessTokenParts,
  refuseClaims,
  mediaType,
  optionalText,
  optionalStrings,
  text,
  isStrings,
} from "./read-claims.ts";

export function parseAccessToken(
  { header, claims }: UnverifiedJwt,
  { accessTokenProfile }: ClaimRules,
): AccessTokenParts {
  refuseClaims(claims, ["events", "nonce"]);
  const typ = mediaType(header);
  if (typ === "at+jwt") checkRfc9068Claims(claims);
  else if (typ !== "jwt" || accessTokenProfile === "rfc9068") throw new Refusal("wrong_token_type", "typ");
  return {
    use: "access",
    clientId: clientOf(claims),
    scopes: optionalText(claims, "scope")?.split(" ").filter(Boolean) ?? [],
    grantTypes: optionalStrings(claims, "gty") ?? [],
    permissions: permissions(claims),
  };
}

/** RFC 9068 §2.2, beyond the claims that every token here must have. */
function checkRfc9068Claims(claims: JsonObject): void {
  text(claims, "client_id");
  text(claims, "jti");
}

/** Auth0's own profile names the client `azp`, RFC 9068 `client_id`; both together must agree. */
function clientOf(claims: JsonObject): string | undefined {
  const azp = optionalText(claims, "azp");
  const clientId = optionalText(claims, "client_id");
  if (azp !== undefined && clientId !== undefined && azp !== clientId)
    throw new Refusal("invalid_claim", "azp");
  return azp ?? clientId;
}

/** Auth0's RBAC: a list, and nothing else. */
function permissions(claims: JsonObject): readonly string[] {
  const values = member(claims, "permissions");
  if (values === undefined) return [];
  if (!isStrings(values)) throw new Refusal("invalid_claim", "permissions");
  return values;
}
