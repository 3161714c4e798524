import { Refusal } from "../errors.ts";
import type { UnverifiedJwt } from "./jwt.ts";
import {
  type ClaimRules,
  type IdTokenParts,
  mediaType,
  refuseClaims,
  ACCESS_TOKEN_CLAIMS,
  optionalText,
} from "./read-claims.ts";

export function parseIdToken(
  { header, claims }: UnverifiedJwt,
  audience: readonly string[],
  { clientIds }: ClaimRules,
): IdTokenParts {
  const typ = mediaType(header);
  if (typ !== undefined && typ !== "jwt") throw new Refusal("wrong_token_type", "typ");
  refuseClaims(claims, ["events", ...ACCESS_TOKEN_CLAIMS]);
  return { use: "id", clientId: authorizedParty(audience, optionalText(claims, "azp"), clientIds) };
}

/** OIDC Core §3.1.3.7, rules 3 to 5: every audience is one of ours, and so is `azp`, which several need. */
function authorizedParty(
  [first = "", ...others]: readonly string[],
  azp: string | undefined,
  clientIds: readonly string[],
): string {
  if (![first, ...others].every((value) => clientIds.includes(value))) throw new Refusal("unknown_audience");
  if (others.length > 0 && azp === undefined) throw new Refusal("missing_claim", "azp");
  if (azp !== undefined && !clientIds.includes(azp)) throw new Refusal("invalid_claim", "azp");
  return azp ?? first;
}
