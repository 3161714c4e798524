import { AuthorizerError } from "../errors.ts";
import {
  isStrings,
  optionalString,
  optionalStrings,
  requireString,
  type AccessTokenClaims,
  type ClaimRules,
  type IdTokenClaims,
} from "./claims.ts";
import { getOwn, readMediaType, type JsonObject, type UnverifiedJwt } from "./jwt.ts";

/**
 * Two rule sets that never merge (RFC 8725 §3.12): what is read as an ID token must be an ID token in everything, and
 * what is read as an access token an access token.
 */

type IdTokenParts = Pick<IdTokenClaims, "use" | "clientId">;

type AccessTokenParts = Pick<AccessTokenClaims, "use" | "clientId" | "scopes" | "permissions" | "grantTypes">;

/** Auth0 puts these into access tokens only, and no Action can set them: an ID token with one is a mixture. */
const ACCESS_TOKEN_CLAIMS = ["permissions", "gty", "client_id"] as const;

/**
 * The claims of an ID token (OIDC Core §3.1.3.7).
 *
 * @throws AuthorizerError `wrong_token_type`, `unknown_audience`, `missing_claim` or `invalid_claim`
 */
export function parseIdToken({ header, claims }: UnverifiedJwt, { clientIds }: ClaimRules): IdTokenParts {
  const typ = readMediaType(header);
  if (typ !== undefined && typ !== "jwt") throw new AuthorizerError("wrong_token_type", "typ");
  rejectClaims(claims, ["events", ...ACCESS_TOKEN_CLAIMS]);
  return { use: "id", clientId: readAuthorizedParty(claims, clientIds) };
}

/**
 * Every audience is one of ours (OIDC Core §3.1.3.7, rule 3), and so is `azp`. That several audiences need `azp` was rule 4
 * until errata set 2 dropped it: without it, nothing tells to which of them the token was issued.
 */
function readAuthorizedParty(claims: JsonObject, clientIds: readonly string[]): string {
  const [first = "", ...others] = optionalStrings(claims, "aud") ?? [];
  const azp = optionalString(claims, "azp");
  if (![first, ...others].every((value) => clientIds.includes(value)))
    throw new AuthorizerError("unknown_audience");
  if (others.length > 0 && azp === undefined) throw new AuthorizerError("missing_claim", "azp");
  if (azp !== undefined && !clientIds.includes(azp)) throw new AuthorizerError("invalid_claim", "azp");
  return azp ?? first;
}

/**
 * The claims of an access token of Auth0's own profile, or of RFC 9068 §4.
 *
 * @throws AuthorizerError `wrong_token_type`, `missing_claim` or `invalid_claim`
 */
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

/** Auth0's RBAC: always a list. */
function readPermissions(claims: JsonObject): readonly string[] {
  const values = getOwn(claims, "permissions");
  if (values === undefined) return [];
  if (!isStrings(values)) throw new AuthorizerError("invalid_claim", "permissions");
  return values;
}

function rejectClaims(claims: JsonObject, names: readonly string[]): void {
  const present = names.find((name) => Object.hasOwn(claims, name));
  if (present !== undefined) throw new AuthorizerError("wrong_token_type", present);
}
