import type { Borrowed, Gateway, StageOptions, TokenUse, Trace } from "./trace.ts";

export interface Call {
  /** The stage that is called: a gateway with its cache, and a container of the authorizer. */
  readonly stage: string;
  readonly gateway: Gateway;
  readonly token: string;
  readonly path: string;
}

/** One call with what the browser saw of it, and what only the server could see. */
export interface Result {
  readonly call: Call;
  /** What the page itself got: a status and a body, or only that it failed. */
  readonly seen: { readonly status: number | undefined; readonly body: unknown };
  readonly milliseconds: number;
  readonly trace: Trace;
}

export async function callApi(call: Call): Promise<Result> {
  const id = crypto.randomUUID();
  const startedAt = performance.now();
  const seen = call.gateway === "websocket" ? await overWebSocket(call, id) : await overHttp(call, id);
  const milliseconds = performance.now() - startedAt;
  return { call, seen, milliseconds, trace: await json<Trace>(fetch(`/traces/${id}`)) };
}

/** A stage that no one has called yet: an empty cache, and a container without keys. */
export async function openStage(options: Partial<StageOptions> = {}): Promise<string> {
  const { id } = await json<{ id: string }>(
    fetch("/stages", { method: "POST", body: JSON.stringify(options) }),
  );
  return id;
}

/** Sets the clock of a stage's gateways and of its container, so that no one has to wait. */
export async function setClockAhead(stage: string, seconds: number): Promise<void> {
  await json(fetch(`/stages/${stage}?ahead=${seconds}`, { method: "POST" }));
}

/** Another user's token, by a real sign-in of theirs. */
export async function borrow(name: Borrowed, use: TokenUse): Promise<string> {
  return (await json<{ token: string }>(fetch(`/tokens/${name}?use=${use}`, { method: "POST" }))).token;
}

/** What an administrator does in Auth0's dashboard. */
export async function control(issuer: string, action: string): Promise<void> {
  await json(fetch(`${issuer}_local/${action}`, { method: "POST" }));
}

export async function json<T>(request: Promise<Response>): Promise<T> {
  const response = await request;
  const body: unknown = await response.json();
  if (response.ok) return body as T;
  throw new Error(`${response.url}: ${(body as { message?: string }).message ?? response.status}`);
}

async function overHttp({ stage, gateway, token, path }: Call, id: string): Promise<Result["seen"]> {
  const headers = { authorization: `Bearer ${token}`, "x-trace-id": id };
  const response = await fetch(`/gateways/${stage}/${gateway}${path}`, { headers });
  return { status: response.status, body: await response.json() };
}

/**
 * A browser tells its page no status where a WebSocket was not opened. The token goes among the subprotocols, because
 * addresses end up in logs.
 */
function overWebSocket({ stage, token }: Call, id: string): Promise<Result["seen"]> {
  const address = `${location.origin.replace("http", "ws")}/gateways/${stage}/websocket?trace=${id}`;
  const socket = new WebSocket(address, ["bearer", token]);
  return new Promise((resolve) => {
    socket.onopen = () => socket.send("who am I?");
    socket.onerror = () => resolve({ status: undefined, body: undefined });
    socket.onmessage = ({ data }: MessageEvent<string>) => {
      socket.close();
      resolve({ status: 101, body: JSON.parse(data) });
    };
  });
}
