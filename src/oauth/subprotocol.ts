/** The subprotocol before the token (RFC 6455 §1.9). The server selects it, because a token is never sent back. */
const BEARER_SUBPROTOCOL = "bearer";

/**
 * The tokens among the subprotocols that a WebSocket's handshake offers: what stands behind `bearer` (RFC 6455
 * §11.3.4). The others are the application's.
 *
 * @param fields every header Sec-WebSocket-Protocol, as received
 */
export function offeredTokens(fields: readonly unknown[]): readonly string[] {
  const offered = fields.flatMap((field) => (typeof field === "string" ? field.split(",") : []));
  const names = offered.map((name) => name.trim());
  return names.filter((_name, index) => names[index - 1] === BEARER_SUBPROTOCOL);
}
