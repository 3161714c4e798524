import type { RequestParameters } from "./header-mapping.ts";
import type { HttpProxy } from "./http-proxy.ts";
import type { Lambda } from "./lambda.ts";

/** A Lambda proxy of a REST API with the mappings of its template: `AWS_PROXY`. */
export interface LambdaProxy {
  readonly lambda: Lambda;
  /**
   * As in the template. A Lambda proxy ignores them: its event keeps the header that the client sent. The one that
   * counts is `integration.request.header.X-Amz-Tenant-Id`, which selects the tenant of the function.
   */
  readonly requestParameters?: RequestParameters;
  /** Whether the function has tenant isolation, and cannot be invoked without a tenant. */
  readonly tenantIsolation?: boolean;
}

/** What a route of a REST or an HTTP API leads to. */
export type Integration = Lambda | LambdaProxy | HttpProxy;

export function isHttpProxy(integration: Integration): integration is HttpProxy {
  return "uri" in integration;
}

/** The function of a Lambda integration. */
export function toLambdaProxy(integration: Lambda | LambdaProxy): LambdaProxy {
  return typeof integration === "function" ? { lambda: integration } : integration;
}
