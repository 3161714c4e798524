import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { WebSocket } from "ws";
import { ALL_KINDS, credentialsOf, pathOf, queryOf, replyOf } from "./probe.ts";
import type { Kind, Probe, Question, Reply } from "./probe.ts";

/**
 * Asks APIs over the network.
 *
 * @param urls of stages: `https://….amazonaws.com/variables` of a REST API, `https://….amazonaws.com` of an HTTP API,
 *   `wss://….amazonaws.com/probe`. What each one is, it is asked.
 */
export async function remoteProbe(urls: readonly string[]): Promise<Probe> {
  const found = await Promise.all(urls.map((url) => kindsAt(url.replace(/\/$/, ""))));
  const bases = new Map(found.flat());
  return {
    kinds: ALL_KINDS.filter((kind) => bases.has(kind)),
    now: Date.now,
    pause: (seconds) => sleep(seconds * 1000),
    ask: inTurn((kind: Kind, question: Question) => {
      const base = bases.get(kind) ?? "";
      const credentials = credentialsOf(kind, question);
      return kind === "WebSocket"
        ? overWebSocket(`${base}${queryOf(credentials)}`, question.authorizationHeaders)
        : overHttp(`${base}${pathOf(kind, question.route ?? "one")}`, credentials, question);
    }),
  };
}

async function kindsAt(url: string): Promise<readonly [Kind, string][]> {
  if (url.startsWith("ws")) return [["WebSocket", url]];
  const kinds = ALL_KINDS.filter((kind) => kind !== "WebSocket");
  const statuses = await Promise.all(
    kinds.map(async (kind) => (await overHttp(`${url}${pathOf(kind, "open")}`, [])).status),
  );
  return kinds.filter((_, index) => statuses[index] === 200).map((kind) => [kind, url]);
}

async function overHttp(
  url: string,
  credentials: readonly string[],
  { method = "GET", tells }: Question = {},
): Promise<Reply> {
  const headers = credentials.map((value): [string, string] => ["Authorization", value]);
  const response = await fetch(url, { method, headers });
  return replyOf(response.status, await response.text(), tells);
}

async function overWebSocket(url: string, authorizationHeaders: readonly string[] = []): Promise<Reply> {
  const headers = authorizationHeaders.length === 0 ? {} : { Authorization: [...authorizationHeaders] };
  const socket = new WebSocket(url, { headers }).on("error", () => undefined);
  const refused = once(socket, "unexpected-response") as Promise<[unknown, IncomingMessage]>;
  const outcome = await Promise.race([once(socket, "open").then(() => undefined), refused]);
  if (outcome !== undefined) {
    const [, response] = outcome;
    const body = await text(response);
    socket.terminate();
    return replyOf(response.statusCode ?? 0, body);
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
