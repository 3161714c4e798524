import type {
  Agent,
  ClientRequest,
  IncomingHttpHeaders,
  IncomingMessage,
  OutgoingHttpHeaders,
} from "node:http";
import { FetchError } from "./fetch-error.ts";

/** Ten of Auth0's JWK Sets, certificates included, are below this. */
const MAX_BODY_BYTES = 150_000;

/** One request over HTTP. */
export interface HttpRequest {
  readonly url: string;
  /** POST where there is a body, GET otherwise. */
  readonly body?: string;
  readonly headers: OutgoingHttpHeaders;
  readonly maxBytes: number;
  /** @throws FetchError where the body of such an answer is not to be read */
  readonly checkHead?: (head: IncomingMessage) => void;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** @throws FetchError where there is no complete answer within the time, whatever it says */
export type Send = (request: HttpRequest, timeoutMs: number) => Promise<HttpResponse>;

/** `setTimeout`, unless a test decides when the time is up. */
export type StartTimer = (onTimeUp: () => void, timeoutMs: number) => NodeJS.Timeout;

/**
 * Fetches the text of a document with one GET. It follows no redirect, accepts no compression, reads at most
 * 150 kB, and keeps no process alive by itself.
 *
 * @param timeoutMs the limit for everything, from the lookup of the host to the last byte
 * @throws FetchError
 */
export async function fetchText(url: string, timeoutMs: number, startTimer?: StartTimer): Promise<string> {
  const headers = { accept: "application/json" };
  return (await send({ url, headers, maxBytes: MAX_BODY_BYTES, checkHead }, timeoutMs, undefined, startTimer))
    .text;
}

/**
 * Sends one request and reads the whole answer. It follows no redirect. Without an agent, it does not keep the process
 * alive.
 *
 * @param timeoutMs the limit for everything, from the lookup of the host to the last byte
 * @param agent whose connections are used; without it, a connection for this request alone
 * @throws FetchError where there is no complete answer within the time, whatever it says
 */
export function send(
  request: HttpRequest,
  timeoutMs: number,
  agent?: Agent,
  startTimer: StartTimer = setTimeout,
): Promise<HttpResponse> {
  return new Promise((resolve, reject) => {
    const client = open(request, agent, (response) => {
      readBody(response, request)
        .then(resolve, fail)
        .finally(() => clearTimeout(timer));
    });
    const timer = startTimer(() => {
      fail(new FetchError(`no complete answer within ${timeoutMs} ms`, { connectionFailed: true }));
    }, timeoutMs);
    // A request on a kept connection is waited for, and its timer alone keeps the process alive until then.
    if (agent === undefined) timer.unref();
    const fail = (cause: unknown): void => {
      clearTimeout(timer);
      client.destroy();
      reject(cause instanceof FetchError ? cause : toFetchError(cause));
    };
    client.on("socket", (socket) => socket.unref()).on("error", fail);
    // Without a listener, Node.js closes the connection and reports nothing.
    client.on("upgrade", ({ statusCode }, socket) => {
      socket.destroy();
      fail(new FetchError(`HTTP ${statusCode ?? 0}`, { connectionFailed: true }));
    });
    client.end(request.body);
  });
}

/**
 * The client is loaded only now: loading `https` costs a third of a cold start, and a snapshot may make it idle.
 * Certificates are checked whatever NODE_TLS_REJECT_UNAUTHORIZED says.
 */
function open(
  { url, headers, body }: HttpRequest,
  agent: Agent | undefined,
  onResponse: (response: IncomingMessage) => void,
): ClientRequest {
  const { request } = process.getBuiltinModule(url.startsWith("https:") ? "node:https" : "node:http");
  const method = body === undefined ? "GET" : "POST";
  return request(url, { method, agent: agent ?? false, rejectUnauthorized: true, headers }, onResponse);
}

/** By its events, because the stream's iterator would make a cold start longer. */
function readBody(response: IncomingMessage, { checkHead, maxBytes }: HttpRequest): Promise<HttpResponse> {
  return new Promise((resolve, reject) => {
    checkHead?.(response);
    const { statusCode = 0, headers } = response;
    const chunks: Buffer[] = [];
    let bytes = 0;
    response.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > maxBytes) reject(new FetchError(`more than ${maxBytes} bytes`));
      chunks.push(chunk);
    });
    response.on("end", () =>
      resolve({ status: statusCode, headers, text: Buffer.concat(chunks).toString() }),
    );
    response.on("error", reject);
  });
}

function checkHead({ statusCode, headers }: IncomingMessage): void {
  if (statusCode !== 200) {
    throw new FetchError(`HTTP ${statusCode ?? 0}`, {
      status: statusCode,
      retryAfter: headers["retry-after"],
    });
  }
  const encoding = headers["content-encoding"] ?? "identity";
  if (encoding !== "identity") throw new FetchError(`content encoding ${encoding}`);
}

function toFetchError(cause: unknown): FetchError {
  return new FetchError(describeConnectionError(cause), { cause, connectionFailed: true });
}

/** A line of OpenSSL's error queue, which TLS errors have for a message: code, library, function and reason. */
const OPENSSL_ERROR = /\berror:[0-9A-F]{8}:[^:]*:[^:]*:([^:]+)/;

/** Why a connection failed, for people: the reason alone where OpenSSL said it. */
export function describeConnectionError(error: unknown): string {
  const { message, code } = error as NodeJS.ErrnoException;
  const reason = OPENSSL_ERROR.exec(message)?.[1];
  return reason === undefined ? message || (code ?? "connection failed") : `TLS failed: ${reason}`;
}
