import type { Handler } from "aws-lambda";
import { identityFrom, type EventBehindAuthorizer } from "../../src/identity/reader/identity-from.ts";

interface Answer {
  readonly statusCode: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

const HEADERS = { "content-type": "application/json", "access-control-allow-origin": "*" };

/** A protected API that tells its callers who they are: behind REST, HTTP and WebSocket APIs alike. */
export const handler: Handler<EventBehindAuthorizer, Answer> = async (event) =>
  Promise.resolve({ statusCode: 200, headers: HEADERS, body: JSON.stringify(identityFrom(event)) });

interface Handshake {
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * The authorizer has allowed the caller, who may connect. A browser that offered the subprotocol `bearer`, and behind
 * it the token, wants to hear which one is spoken.
 */
export const connect: Handler<Handshake, Answer> = ({ headers = {} }) => {
  const offers = Object.keys(headers).some((name) => name.toLowerCase() === "sec-websocket-protocol");
  const selected = offers ? { headers: { "sec-websocket-protocol": "bearer" } } : {};
  return Promise.resolve({ statusCode: 200, ...selected, body: "" });
};
