/** The names of one request, which its answers and its events share. */
export interface RequestIds {
  /** A UUID on a REST API, and short on the others. */
  readonly requestId: string;
  /** The short one of a REST API; on the others `requestId` again. */
  readonly extendedRequestId: string;
  /** WebSocket APIs only: there even where the handshake is refused. */
  readonly connectionId?: string;
}

/** Of a WebSocket API's two, only their length together is known: 36 characters. How they share them is a guess. */
const SHORT_BYTES = 14;
const CONNECTION_BYTES = 11;

export function restIds(): RequestIds {
  return { requestId: crypto.randomUUID(), extendedRequestId: randomBase64(SHORT_BYTES) };
}

export function httpIds(): RequestIds {
  const requestId = randomBase64(SHORT_BYTES);
  return { requestId, extendedRequestId: requestId };
}

/** @param connectionId of a connection that is open already */
export function webSocketIds(connectionId: string = randomBase64(CONNECTION_BYTES)): RequestIds {
  return { ...httpIds(), connectionId };
}

function randomBase64(bytes: number): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(bytes))).toString("base64");
}
