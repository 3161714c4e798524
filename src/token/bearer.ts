import { AuthorizerError } from "../errors.ts";

/** Where a request may carry its token. */
export interface Credentials {
  /** Every Authorization header, as received. */
  readonly headers: readonly unknown[];
  /**
   * Every query parameter `access_token`, as received; none where the API takes no token from there. RFC 6750 §2.3
   * discourages it, because addresses end up in logs: only a browser's WebSocket needs it.
   */
  readonly parameters: readonly unknown[];
  /**
   * Every header Sec-WebSocket-Protocol, as received; none where the API takes no token from there. It is the one
   * header that a page can set when it opens a WebSocket: `new WebSocket(address, ["bearer", token])`.
   */
  readonly subprotocols: readonly unknown[];
}

/** API Gateway passes on 10,240 bytes of headers in all; Auth0's tokens have about 1 KB. */
export const MAX_TOKEN_BYTES = 8192;

/** The longest credential that is looked at: a token, and a scheme with spaces to spare. */
const MAX_CREDENTIAL_BYTES = MAX_TOKEN_BYTES + 64;

/** Spelled out, because the flag `i` would load all of Unicode's case folding, which a cold start notices. */
const HEADER = /^[Bb][Ee][Aa][Rr][Ee][Rr] +([A-Za-z0-9\-._~+/]+=*)$/;

const BARE = /^([A-Za-z0-9\-._~+/]+=*)$/;

/**
 * The bearer token of a request (RFC 6750 §2.1 and §2.3), or of a WebSocket's handshake.
 *
 * @throws AuthorizerError `missing_token`, `token_too_large` before anything in it is looked at, or `malformed_header` also
 * where a token is sent twice (RFC 6750 §2)
 */
export function parseBearer({ headers, parameters, subprotocols }: Credentials): string {
  const bare = [...parameters, ...readSubprotocolTokens(subprotocols)];
  if (headers.length + bare.length > 1)
    throw new AuthorizerError("malformed_header", "more than one credential");
  const credential = headers[0] ?? bare[0] ?? "";
  if (credential === "") throw new AuthorizerError("missing_token");
  if (typeof credential === "string" && credential.length > MAX_CREDENTIAL_BYTES)
    throw new AuthorizerError("token_too_large");
  const syntax = headers.length > 0 ? HEADER : BARE;
  const token = typeof credential === "string" ? syntax.exec(credential)?.[1] : undefined;
  if (token === undefined) throw new AuthorizerError("malformed_header");
  return token;
}

/** The subprotocol before the token (RFC 6455 §1.9). The server selects it, because a token is never sent back. */
const BEARER_SUBPROTOCOL = "bearer";

/**
 * The tokens among the subprotocols that a WebSocket's handshake offers: what stands behind `bearer` (RFC 6455
 * §11.3.4). The others are the application's.
 *
 * @param fields every header Sec-WebSocket-Protocol, as received
 */
function readSubprotocolTokens(fields: readonly unknown[]): readonly string[] {
  const offered = fields.flatMap((field) => (typeof field === "string" ? field.split(",") : []));
  const names = offered.map((name) => name.trim());
  return names.filter((_name, index) => names[index - 1] === BEARER_SUBPROTOCOL);
}
