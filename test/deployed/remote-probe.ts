import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { WebSocket } from "ws";
import {
  KINDS,
  pathOf,
  replyOf,
  tokenOf,
  type Kind,
  type Probe,
  type Question,
  type Reply,
} from "./probe.ts";

/**
 * Asks APIs over the network.
 *
 * @param urls of stages: `https://….amazonaws.com/probe` of a REST API, `https://….amazonaws.com` of an HTTP API,
 *   `wss://….amazonaws.com/probe`. What each one is, it is asked.
 */
export async function remoteProbe(urls: readonly string[]): Promise<Probe> {
  const found = await Promise.all(urls.map((url) => kindsAt(url.replace(/\/$/, ""))));
  const bases = new Map(found.flat());
  return {
    kinds: KINDS.filter((kind) => bases.has(kind)),
    now: Date.now,
    pause: (seconds) => sleep(seconds * 1000),
    ask: inTurn(
      (kind: Kind, { turns, token = turns && tokenOf(turns, randomUUID()), route = "one" }: Question) => {
        const base = bases.get(kind) ?? "";
        return kind === "WebSocket"
          ? overWebSocket(token === undefined ? base : `${base}?access_token=${token}`)
          : overHttp(`${base}${pathOf(kind, route)}`, token);
      },
    ),
  };
}

async function kindsAt(url: string): Promise<readonly [Kind, string][]> {
  if (url.startsWith("ws")) return [["WebSocket", url]];
  const kinds = KINDS.filter((kind) => kind !== "WebSocket");
  const statuses = await Promise.all(
    kinds.map(async (kind) => (await overHttp(`${url}${pathOf(kind, "open")}`, undefined)).status),
  );
  return kinds.filter((_, index) => statuses[index] === 200).map((kind) => [kind, url]);
}

async function overHttp(url: string, token: string | undefined): Promise<Reply> {
  const headers: Record<string, string> = token === undefined ? {} : { Authorization: `Bearer ${token}` };
  const response = await fetch(url, { headers });
  return replyOf(response.status, await response.text());
}

async function overWebSocket(url: string): Promise<Reply> {
  const socket = new WebSocket(url).on("error", () => undefined);
  const refused = once(socket, "unexpected-response") as Promise<[unknown, { statusCode: number }]>;
  const outcome = await Promise.race([once(socket, "open").then(() => undefined), refused]);
  if (outcome !== undefined) {
    socket.terminate();
    return replyOf(outcome[1].statusCode, "");
  }
  const answer = once(socket, "message") as Promise<[Buffer]>;
  socket.send("hello");
  const [message] = await answer;
  socket.close();
  return replyOf(200, message.toString());
}

/** One call after the other. */
function inTurn<A extends unknown[], R>(call: (...args: A) => Promise<R>): (...args: A) => Promise<R> {
  let last: Promise<unknown> = Promise.resolve();
  return (...args) => {
    const next = last.then(() => call(...args));
    last = next.catch(() => undefined);
    return next;
  };
}
