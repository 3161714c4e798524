import { AuthorizerError } from "../errors.ts";
import { type UnverifiedJwt, type JsonObject, getOwn } from "./jwt.ts";
import {
  type ClaimRules,
  type AccessTokenParts,
  rejectClaims,
  readMediaType,
  optionalString,
  optionalStrings,
  requireString,
  isStrings,
} from "./read-claims.ts";

export function parseAccessToken(
  { header, claims }: UnverifiedJwt,
  { accessTokenProfile }: ClaimRules,
): AccessTokenParts {
  rejectClaims(claims, ["events", "nonce"]);
  const typ = readMediaType(header);
  if (typ === "at+jwt") checkRfc9068Claims(claims);
  else if (typ !== "jwt" || accessTokenProfile === "rfc9068")
    throw new AuthorizerError("wrong_token_type", "typ");
  return {
    use: "access",
    clientId: readClientId(claims),
    scopes: optionalString(claims, "scope")?.split(" ").filter(Boolean) ?? [],
    grantTypes: optionalStrings(claims, "gty") ?? [],
    permissions: readPermissions(claims),
  };
}

/** RFC 9068 §2.2, beyond the claims that every token here must have. */
function checkRfc9068Claims(claims: JsonObject): void {
  requireString(claims, "client_id");
  requireString(claims, "jti");
}

/** Auth0's own profile names the client `azp`, RFC 9068 `client_id`; both together must agree. */
function readClientId(claims: JsonObject): string | undefined {
  const azp = optionalString(claims, "azp");
  const clientId = optionalString(claims, "client_id");
  if (azp !== undefined && clientId !== undefined && azp !== clientId)
    throw new AuthorizerError("invalid_claim", "azp");
  return azp ?? clientId;
}

/** Auth0's RBAC: a list, and nothing else. */
function readPermissions(claims: JsonObject): readonly string[] {
  const values = getOwn(claims, "permissions");
  if (values === undefined) return [];
  if (!isStrings(values)) throw new AuthorizerError("invalid_claim", "permissions");
  return values;
}
