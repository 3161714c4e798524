import { Refusal } from "../refusal.ts";

/** Where a request may carry its token: every Authorization header and every `access_token` parameter, as received. */
export interface Credentials {
  readonly headers: readonly unknown[];
  readonly parameters: readonly unknown[];
  /** RFC 6750 §2.3 discourages the query parameter: it ends up in logs. Only a browser's WebSocket needs it. */
  readonly parameterAllowed: boolean;
}

const BEARER_HEADER = /^Bearer +([A-Za-z0-9\-._~+/]+=*)$/i;
const B64TOKEN = /^[A-Za-z0-9\-._~+/]+=*$/;

/**
 * The bearer token of a request (RFC 6750 §2.1, and §2.3 where allowed).
 *
 * @throws Refusal `missing_token`, or `malformed_header` also where a token is sent twice (RFC 6750 §2)
 */
export function parseBearer({ headers, parameters, parameterAllowed }: Credentials): string {
  if (headers.length + parameters.length > 1)
    throw new Refusal("malformed_header", "more than one credential");
  const [header] = headers;
  const [parameter] = parameters;
  if (header !== undefined && header !== "") return fromHeader(header);
  if (parameter !== undefined && parameterAllowed) return fromParameter(parameter);
  throw new Refusal("missing_token");
}

function fromHeader(header: unknown): string {
  const token = typeof header === "string" ? BEARER_HEADER.exec(header)?.[1] : undefined;
  if (token === undefined) throw new Refusal("malformed_header");
  return token;
}

function fromParameter(parameter: unknown): string {
  if (parameter === "") throw new Refusal("missing_token");
  if (typeof parameter !== "string" || !B64TOKEN.test(parameter)) throw new Refusal("malformed_header");
  return parameter;
}
