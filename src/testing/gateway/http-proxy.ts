import type { Call } from "./call.ts";
import type { Fields } from "./client-request.ts";
import type { RequestParameters } from "./header-mapping.ts";

/** A backend other than a Lambda function, to which the gateway forwards requests: `HTTP_PROXY` in a template. */
export interface HttpProxy {
  /** The backend; the request's path and query are put behind it: `http://localhost:8000`. */
  readonly uri: string;
  /**
   * What becomes of the headers, as in the template: `integration.request.header.X-User: context.authorizer.sub` on a
   * REST API, `overwrite:header.x-user: $context.authorizer.sub` on an HTTP API.
   */
  readonly requestParameters?: RequestParameters;
}

/** What belongs to the client's connection, and is never forwarded. */
const HOP_BY_HOP =
  /^(?:connection|content-length|expect|host|keep-alive|te|trailer|transfer-encoding|upgrade)$/i;
/** What `fetch` has already undone. */
const DECODED = ["content-encoding", "content-length", "connection", "keep-alive", "transfer-encoding"];

/**
 * Sends a request on, with these headers, and returns what the backend answers.
 *
 * @throws Error where the backend cannot be reached
 */
export async function forward(
  { request, paths }: Call,
  { uri }: HttpProxy,
  headers: Fields,
): Promise<Response> {
  const url = new URL(uri);
  url.pathname = url.pathname.replace(/\/$/, "") + paths.routed;
  url.search = request.rawQuery;
  const response = await fetch(url, {
    method: request.method,
    headers: headers.filter(([name]) => !HOP_BY_HOP.test(name)).map(([name, value]) => [name, value]),
    body: request.body ?? null,
    redirect: "manual",
  });
  const answered = new Headers(response.headers);
  for (const name of DECODED) answered.delete(name);
  const body = await response.arrayBuffer();
  const { status } = response;
  return new Response(body.byteLength === 0 ? null : body, { status, headers: answered });
}
