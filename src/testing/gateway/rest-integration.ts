import type { Call } from "./call.ts";
import { mapHeaders, restMappings } from "./header-mapping.ts";
import { header } from "./client-request.ts";
import { forward, type HttpProxy } from "./http-proxy.ts";
import { isHttpProxy, toLambdaProxy, type Integration, type LambdaProxy } from "./integration.ts";
import { invoke } from "./lambda.ts";
import { proxyResponse } from "./lambda-response.ts";
import { invokeStreaming, isStreaming } from "./response-stream.ts";
import { restProxyEvent, type Caller } from "./rest-event.ts";

const TENANT_HEADER = "x-amz-tenant-id";

/** Headers that a Lambda proxy cannot be given by a mapping: each request fails. */
const UNMAPPABLE =
  /^(?:authorization|connection|content-length|expect|proxy-authenticate|te|transfer-encoding)$/i;

/**
 * Headers of a backend's response that reach the client as `x-amzn-remapped-NAME`.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html
 * @see https://github.com/anthropics/claude-ai-mcp/issues/748
 */
const REMAPPED_OF_LAMBDAS = [
  ...["authorization", "connection", "content-length", "content-md5", "date", "expect", "host"],
  ...["max-forwards", "proxy-authenticate", "server", "trailer", "upgrade", "user-agent", "www-authenticate"],
];
const REMAPPED_OF_HTTP_PROXIES = ["connection", "content-length", "date", "server"];

/** @throws Error for a mapping that this gateway does not know */
export function checkRestIntegration(integration: Integration): void {
  if (typeof integration !== "function") restMappings(integration.requestParameters ?? {});
}

/**
 * Lets a REST API's backend answer. What the client gets where the backend cannot be reached is a guess.
 *
 * @returns undefined where the backend fails: the gateway's own error
 */
export async function integrate(
  call: Call,
  integration: Integration,
  caller: Caller,
): Promise<Response | undefined> {
  if (isHttpProxy(integration)) {
    const response = await proxy(call, integration, caller).catch(() => undefined);
    return response && remapped(response, REMAPPED_OF_HTTP_PROXIES);
  }
  const response = await invokeProxy(call, toLambdaProxy(integration), caller).catch(() => undefined);
  return response && remapped(response, REMAPPED_OF_LAMBDAS);
}

function proxy(call: Call, backend: HttpProxy, caller: Caller = {}): Promise<Response> {
  const mappings = restMappings(backend.requestParameters ?? {});
  return forward(call, backend, mapHeaders(call.request.headers, mappings, { ...caller }));
}

async function invokeProxy(call: Call, proxied: LambdaProxy, caller: Caller): Promise<Response | undefined> {
  const { lambda, requestParameters = {}, tenantIsolation = false } = proxied;
  const mappings = restMappings(requestParameters);
  if (mappings.some(({ name }) => UNMAPPABLE.test(name))) return undefined;
  const tenants = mappings.filter(({ name }) => name.toLowerCase() === TENANT_HEADER);
  const tenantId = tenants.map(({ value }) => value({ ...caller }, call.request.headers)).at(-1);
  // An empty header selects no tenant: a guess.
  if (tenantIsolation && !tenantId) return undefined;
  const event = restProxyEvent(call, caller);
  if (isStreaming(lambda)) return invokeStreaming(lambda, event);
  return proxyResponse(await invoke(lambda, event, tenantId ? { tenantId } : {}));
}

/** The response with some of its headers under their other name. */
function remapped(response: Response, names: readonly string[]): Response {
  for (const name of names) {
    const value = response.headers.get(name);
    if (value === null) continue;
    response.headers.delete(name);
    response.headers.set(`x-amzn-remapped-${name}`, value);
  }
  return response;
}

/** With the names of the request, which the backend saw too. */
export function named(call: Call, response: Response): Response {
  response.headers.set("x-amzn-requestid", call.requestId);
  response.headers.set("x-amz-apigw-id", call.extendedRequestId);
  response.headers.set("x-amzn-trace-id", header(call.request, "x-amzn-trace-id") ?? "");
  return response;
}
