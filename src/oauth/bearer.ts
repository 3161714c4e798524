import { Refusal } from "../refusal.ts";

/** Where a request may carry its token: every Authorization header and every `access_token` parameter, as received. */
export interface Credentials {
  readonly headers: readonly unknown[];
  readonly parameters: readonly unknown[];
  /** RFC 6750 §2.3 discourages the query parameter: it ends up in logs. Only a browser's WebSocket needs it. */
  readonly parameterAllowed: boolean;
}

const HEADER = /^Bearer +([A-Za-z0-9\-._~+/]+=*)$/i;
const PARAMETER = /^([A-Za-z0-9\-._~+/]+=*)$/;

/**
 * The bearer token of a request (RFC 6750 §2.1, and §2.3 where allowed).
 *
 * @throws Refusal `missing_token`, or `malformed_header` also where a token is sent twice (RFC 6750 §2)
 */
export function parseBearer({ headers, parameters, parameterAllowed }: Credentials): string {
  if (headers.length + parameters.length > 1)
    throw new Refusal("malformed_header", "more than one credential");
  const credential = headers[0] ?? (parameterAllowed ? parameters[0] : undefined) ?? "";
  if (credential === "") throw new Refusal("missing_token");
  const syntax = headers.length > 0 ? HEADER : PARAMETER;
  const token = typeof credential === "string" ? syntax.exec(credential)?.[1] : undefined;
  if (token === undefined) throw new Refusal("malformed_header");
  return token;
}
