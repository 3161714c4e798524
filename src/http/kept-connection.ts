import type { Agent } from "node:http";
import { isIP, type Socket } from "node:net";
import type { ConnectionOptions as ConnectOptions } from "node:tls";
import { send, type Send } from "./client.ts";

/**
 * A connection to one origin that is kept between requests. Requests at the same time have one each, which only
 * servers need: a Lambda container has one request at a time.
 */
export interface KeptConnection {
  /** Connects ahead of the first request. Returns at once, and fails silently: the request will tell. */
  readonly open: (url: string) => void;
  /** Sends on the connection that was kept, or on a new one that is kept from then on. */
  readonly send: Send;
  /** Sends on a new connection, which is kept from then on in place of the earlier one. */
  readonly sendAfresh: Send;
}

/** Makes a kept connection. It connects when it is first used, and does not keep the process alive. */
export function createKeptConnection(): KeptConnection {
  let agent: Agent | undefined;
  return {
    open: (url) => {
      agent ??= createOpenAgent(url);
    },
    send: (request, timeoutMs) => send(request, timeoutMs, (agent ??= createAgent(request.url))),
    sendAfresh: (request, timeoutMs) => send(request, timeoutMs, (agent = createAgent(request.url))),
  };
}

function createAgent(url: string): Agent {
  // Loaded only now: loading `https` takes a third of a cold start.
  const { Agent } = process.getBuiltinModule(url.startsWith("https:") ? "node:https" : "node:http");
  return new Agent({ keepAlive: true });
}

/** An agent whose first connection is being made already. */
function createOpenAgent(url: string): Agent {
  const agent = createAgent(url);
  const connect = agent.createConnection.bind(agent);
  const opened = connect(toConnectOptions(url));
  // An error before its first request only means that the request connects again.
  opened?.on("error", () => undefined);
  if (opened !== null && opened !== undefined && "unref" in opened) (opened as Socket).unref();
  agent.createConnection = (options, callback) => {
    agent.createConnection = connect;
    return opened?.destroyed === false ? opened : connect(options, callback);
  };
  return agent;
}

/** What an agent would connect with. Certificates are checked whatever NODE_TLS_REJECT_UNAUTHORIZED says. */
function toConnectOptions(url: string): ConnectOptions {
  const { protocol, hostname, port } = new URL(url);
  const host = hostname.replace(/^\[|\]$/g, "");
  if (protocol === "http:") return { host, port: Number(port) || 80 };
  const options = { host, port: Number(port) || 443, rejectUnauthorized: true, ALPNProtocols: ["http/1.1"] };
  return isIP(host) === 0 ? { ...options, servername: host } : options;
}
