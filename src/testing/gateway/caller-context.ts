import type { AuthorizerResult } from "./authorizer-result.ts";

const INTEGRATION_LATENCY_MS = 24;

/**
 * What an authorizer's result adds to the event behind a REST or WebSocket API: every value is a string.
 *
 * @throws TypeError where the context holds an object or an array, which these gateways do not take
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html
 */
export function stringContext(result: AuthorizerResult): object {
  const values = Object.entries(result.context ?? {}).map(([name, value]) => ({ [name]: stringOf(value) }));
  return Object.assign(flatContext({ ...result, context: {} }), ...values) as object;
}

/** Behind an HTTP API with a 2.0 integration: the context as it was returned, types and all. */
export function typedContext({ context }: AuthorizerResult): object {
  return context ?? {};
}

/** Behind an HTTP API with a 1.0 integration. No AWS page shows one. */
export function flatContext(result: AuthorizerResult): object {
  return { ...principal(result), integrationLatency: INTEGRATION_LATENCY_MS, ...result.context };
}

function principal(result: AuthorizerResult): object {
  return result.form === "policy" && result.principalId !== undefined
    ? { principalId: result.principalId }
    : {};
}

function stringOf(value: unknown): string | null {
  if (value === null) return null;
  if (typeof value === "object") throw new TypeError("an object in the context");
  return typeof value === "string" ? value : JSON.stringify(value);
}
