import type { ClientRequest, IncomingMessage } from "node:http";
import { FetchError, isFetchError } from "./fetch-error.ts";

/** Ten of Auth0's JWK Sets, certificates included, are below this. */
const MAX_BODY_BYTES = 150_000;

/**
 * Fetches the text of a document with one GET. It follows no redirect, accepts no compression, reads at most
 * 150 kB, and keeps no process alive: whoever waits for it does.
 *
 * @param timeoutMs the limit for everything, from the look-up of the host to the last byte
 * @throws FetchError
 */
export function fetchText(url: string, timeoutMs: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = get(url, (response) => {
      readBody(response)
        .then(resolve, fail)
        .finally(() => clearTimeout(timer));
    });
    const timer = setTimeout(() => {
      fail(new FetchError(`no complete answer within ${timeoutMs} ms`, { connectionFailed: true }));
    }, timeoutMs).unref();
    const fail = (cause: unknown): void => {
      clearTimeout(timer);
      request.destroy();
      reject(isFetchError(cause) ? cause : connectionError(cause));
    };
    request.on("socket", (socket) => socket.unref()).on("error", fail);
  });
}

/**
 * The client is loaded only now: loading `https` costs a third of a cold start, and a snapshot may make it idle.
 * Certificates are checked whatever NODE_TLS_REJECT_UNAUTHORIZED says.
 */
function get(url: string, onResponse: (response: IncomingMessage) => void): ClientRequest {
  const { get } = process.getBuiltinModule(url.startsWith("https:") ? "node:https" : "node:http");
  const headers = { accept: "application/json" };
  return get(url, { agent: false, rejectUnauthorized: true, headers }, onResponse);
}

async function readBody(response: IncomingMessage): Promise<string> {
  checkHead(response);
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) throw new FetchError(`more than ${MAX_BODY_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
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

function connectionError(cause: unknown): FetchError {
  return new FetchError(connectionFault(cause), { cause, connectionFailed: true });
}

/** A line of OpenSSL's error queue, which TLS errors have for a message: code, library, function and reason. */
const OPENSSL_ERROR = /\berror:[0-9A-F]{8}:[^:]*:[^:]*:([^:]+)/;

/** Why a connection failed, for people: the reason alone where OpenSSL said it. */
export function connectionFault(error: unknown): string {
  const { message, code } = error as NodeJS.ErrnoException;
  const reason = OPENSSL_ERROR.exec(message)?.[1];
  return reason === undefined ? message || (code ?? "connection failed") : `TLS failed: ${reason}`;
}
