import type { ClientRequest, IncomingMessage } from "node:http";

/** Ten of Auth0's JWK Sets, certificates included, are below this. */
const MAX_BODY_BYTES = 150_000;

/** Where a tenant publishes its keys, by its issuer identifier, which ends with a slash. */
export function jwksUriOf(issuer: string): string {
  return `${issuer}.well-known/jwks.json`;
}

/** Why a JWK Set could not be fetched. */
export class JwksFetchError extends Error {
  override readonly name = "JwksFetchError";
  /** What the server asked for with `Retry-After` (RFC 9110 §10.2.3). */
  readonly retryAfterSeconds: number | undefined;
  /** Whether the connection failed rather than the answer, so that another connection may do. */
  readonly connectionFailed: boolean;

  constructor(
    message: string,
    options: ErrorOptions & { retryAfterSeconds?: number | undefined; connectionFailed?: boolean } = {},
  ) {
    super(message, options);
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.connectionFailed = options.connectionFailed ?? false;
  }
}

/**
 * Fetches the text of a JWK Set with one GET. It follows no redirect, accepts no compression, reads at most
 * 150 kB, and keeps no process alive: whoever waits for it does.
 *
 * @param timeoutMs the limit for everything, from the look-up of the host to the last byte
 * @throws JwksFetchError
 */
export function fetchJwks(jwksUri: string, timeoutMs: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = get(jwksUri, (response) => {
      readBody(response)
        .then(resolve, fail)
        .finally(() => clearTimeout(timer));
    });
    const timer = setTimeout(() => {
      fail(new JwksFetchError(`no complete answer within ${timeoutMs} ms`, { connectionFailed: true }));
    }, timeoutMs).unref();
    const fail = (cause: unknown): void => {
      clearTimeout(timer);
      request.destroy();
      reject(cause instanceof JwksFetchError ? cause : connectionError(cause));
    };
    request.on("socket", (socket) => socket.unref()).on("error", fail);
  });
}

/**
 * The client is loaded only now: loading `https` costs a third of a cold start, and a snapshot may make it idle.
 * Certificates are checked whatever NODE_TLS_REJECT_UNAUTHORIZED says.
 */
function get(jwksUri: string, onResponse: (response: IncomingMessage) => void): ClientRequest {
  const { get } = process.getBuiltinModule(jwksUri.startsWith("https:") ? "node:https" : "node:http");
  const headers = { accept: "application/json" };
  return get(jwksUri, { agent: false, rejectUnauthorized: true, headers }, onResponse);
}

async function readBody(response: IncomingMessage): Promise<string> {
  checkHead(response);
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) throw new JwksFetchError(`more than ${MAX_BODY_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function checkHead({ statusCode, headers }: IncomingMessage): void {
  if (statusCode !== 200) {
    throw new JwksFetchError(`HTTP ${statusCode ?? 0}`, {
      retryAfterSeconds: retryAfter(headers["retry-after"]),
    });
  }
  const encoding = headers["content-encoding"] ?? "identity";
  if (encoding !== "identity") throw new JwksFetchError(`content encoding ${encoding}`);
}

/** Seconds, or a date. */
function retryAfter(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const seconds = /^\d+$/.test(value) ? Number(value) : (Date.parse(value) - Date.now()) / 1000;
  return Number.isNaN(seconds) ? undefined : Math.max(0, seconds);
}

function connectionError(cause: unknown): JwksFetchError {
  return new JwksFetchError(connectionFault(cause), { cause, connectionFailed: true });
}

/** A line of OpenSSL's error queue, which TLS errors have for a message: code, library, function and reason. */
const OPENSSL_ERROR = /\berror:[0-9A-F]{8}:[^:]*:[^:]*:([^:]+)/;

/** Why a connection failed, for people: the reason alone where OpenSSL said it. */
export function connectionFault(error: unknown): string {
  const { message, code } = error as NodeJS.ErrnoException;
  const reason = OPENSSL_ERROR.exec(message)?.[1];
  return reason === undefined ? message || (code ?? "connection failed") : `TLS failed: ${reason}`;
}
