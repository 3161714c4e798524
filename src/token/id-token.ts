import { AuthorizerError } from "../errors.ts";
import type { UnverifiedJwt } from "./jwt.ts";
import {
  type ClaimRules,
  type IdTokenParts,
  readMediaType,
  rejectClaims,
  ACCESS_TOKEN_CLAIMS,
  optionalString,
} from "./read-claims.ts";

export function parseIdToken(
  { header, claims }: UnverifiedJwt,
  audience: readonly string[],
  { clientIds }: ClaimRules,
): IdTokenParts {
  const typ = readMediaType(header);
  if (typ !== undefined && typ !== "jwt") throw new AuthorizerError("wrong_token_type", "typ");
  rejectClaims(claims, ["events", ...ACCESS_TOKEN_CLAIMS]);
  return { use: "id", clientId: readAuthorizedParty(audience, optionalString(claims, "azp"), clientIds) };
}

/** OIDC Core §3.1.3.7, rules 3 to 5: every audience is one of ours, and so is `azp`, which several need. */
function readAuthorizedParty(
  [first = "", ...others]: readonly string[],
  azp: string | undefined,
  clientIds: readonly string[],
): string {
  if (![first, ...others].every((value) => clientIds.includes(value)))
    throw new AuthorizerError("unknown_audience");
  if (others.length > 0 && azp === undefined) throw new AuthorizerError("missing_claim", "azp");
  if (azp !== undefined && !clientIds.includes(azp)) throw new AuthorizerError("invalid_claim", "azp");
  return azp ?? first;
}
