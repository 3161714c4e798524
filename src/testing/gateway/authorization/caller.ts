import type { Authorization } from "./authorization.ts";

/**
 * What a REST or WebSocket API tells the backend of its caller: the context, the principal where there is one,
 * and how long the authorizer took.
 */
export function getCaller({
  result,
  integrationLatency,
}: Extract<Authorization, { outcome: "allowed" }>): Record<string, unknown> {
  const principal =
    result.form === "policy" && result.principalId !== undefined ? { principalId: result.principalId } : {};
  return { ...result.context, ...principal, integrationLatency };
}
