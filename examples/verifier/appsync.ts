import type { AppSyncAuthorizerHandler } from "aws-lambda";
import { bearerToken, VerificationError, type IdentityContext } from "auth0-api-gateway-authorizer/verifier";
import { verify } from "./auth.ts";

/** An hour is the longest that AppSync keeps an answer. With a table of revocations, they have to count sooner. */
const MAX_TTL_SECONDS = process.env["REVOCATION_TABLE"]?.trim() ? 60 : 3600;
/** What only some may see, and the permission that it takes. */
const PRICES = { field: "Product.price", permission: "read:prices" };

/** The Lambda authorizer of an AppSync API (`AWS_LAMBDA`). A token may come with the scheme `Bearer` or without. */
export const handler: AppSyncAuthorizerHandler<IdentityContext> = async ({ authorizationToken }) => {
  try {
    const isBare = !authorizationToken.includes(" ");
    const caller = await verify(isBare ? authorizationToken : bearerToken(authorizationToken));
    return {
      isAuthorized: true,
      resolverContext: caller.context,
      deniedFields: caller.permissions.includes(PRICES.permission) ? [] : [PRICES.field],
      ttlOverride: secondsUntil(caller.expiresAt),
    };
  } catch (error) {
    if (!(error instanceof VerificationError) || error.status === 500) throw error;
    return { isAuthorized: false, ttlOverride: 0 };
  }
};

function secondsUntil(end: Date): number {
  const seconds = Math.floor((end.getTime() - Date.now()) / 1000);
  return Math.max(0, Math.min(seconds, MAX_TTL_SECONDS));
}
