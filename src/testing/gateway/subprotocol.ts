import { fields, headerValues, type Fields } from "./client-request.ts";

const HEADER = "Sec-WebSocket-Protocol";

/**
 * A connection that the gateway would open and a browser would not keep: the client offered subprotocols, and the
 * answer of the backend of `$connect` has no header Sec-WebSocket-Protocol with one of them.
 *
 * @see https://websockets.spec.whatwg.org/#concept-websocket-establish
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-connect-route-subprotocol.html
 */
export class SubprotocolError extends Error {
  override readonly name = "SubprotocolError";

  constructor(selected: string | undefined) {
    const what =
      selected === undefined ? "none of the offered subprotocols" : "a subprotocol that was not offered";
    super(
      `The server selected ${what}, and a browser ends such a connection. Let the backend of $connect answer with the header ${HEADER} and one that was offered, such as "bearer".`,
    );
  }
}

/** The header in which a browser offers subprotocols. */
export function offer(protocols: readonly string[]): Fields {
  return protocols.length > 0 ? [[HEADER, protocols.join(", ")]] : [];
}

/**
 * The subprotocol of the connection: the gateway forwards what the backend of `$connect` answered.
 *
 * @throws SubprotocolError
 */
export function selectedSubprotocol(offered: readonly string[], answer: unknown): string {
  const { headers } = (answer ?? {}) as { readonly headers?: Readonly<Record<string, string>> };
  const [selected] = headerValues({ headers: fields(headers) }, HEADER);
  if (offered.length === 0 && selected === undefined) return "";
  if (selected === undefined || !offered.includes(selected)) throw new SubprotocolError(selected);
  return selected;
}
