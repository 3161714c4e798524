import { once } from "node:events";
import { WebSocket } from "ws";
import type { WhoamiUrls } from "../../local/stack.ts";

/** As the stack names its APIs; a WebSocket's token may come in either of two places. */
export type Attachment = keyof WhoamiUrls | "webSocketProtocol";

export interface Reply {
  readonly status: number;
  /** What the backend returned, where it was reached. */
  readonly identity: unknown;
}

/** Calls the API the way the gateway's clients do: with a header, or as a browser opens a WebSocket. */
export function call(attachment: Attachment, url: string, token?: string): Promise<Reply> {
  if (attachment === "webSocket")
    return overWebSocket(new WebSocket(token === undefined ? url : `${url}?access_token=${token}`));
  if (attachment === "webSocketProtocol")
    return overWebSocket(new WebSocket(url, token === undefined ? [] : ["bearer", token]));
  return overHttp(url, token);
}

async function overHttp(url: string, token?: string): Promise<Reply> {
  const headers = token === undefined ? undefined : { authorization: `Bearer ${token}` };
  const response = await fetch(url, headers && { headers });
  return { status: response.status, identity: response.ok ? await response.json() : undefined };
}

async function overWebSocket(socket: WebSocket): Promise<Reply> {
  const refused = once(socket, "unexpected-response") as Promise<[unknown, { statusCode: number }]>;
  const outcome = await Promise.race([once(socket, "open"), refused]);
  if (socket.readyState !== WebSocket.OPEN) {
    socket.on("error", () => undefined).terminate();
    return { status: (outcome[1] as { statusCode: number }).statusCode, identity: undefined };
  }
  const answer = once(socket, "message") as Promise<[Buffer]>;
  socket.send("who am I?");
  const [message] = await answer;
  socket.close();
  return { status: 200, identity: JSON.parse(message.toString()) as unknown };
}
