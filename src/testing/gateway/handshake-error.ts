import type { Authorization } from "./authorization/authorization.ts";
import type { Call } from "./call.ts";
import { EXPLICIT_DENY, NO_POLICY_ALLOWS } from "./authorization/denials.ts";

/** What the client gets instead of a connection, beside the status. */
interface HandshakeErrorContent {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The gateway did not open the connection. */
export class HandshakeError extends Error {
  override readonly name = "HandshakeError";
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;

  /** @param content nothing, where the backend of `$connect` refused */
  constructor(status: number, { headers, body }: HandshakeErrorContent = { headers: {}, body: "" }) {
    super(`Unexpected server response: ${status}`);
    this.status = status;
    this.headers = new Headers(headers);
    this.body = body;
  }
}

/** That a function which fails has this text is a guess; one that may not be invoked has it. */
const FAILED = "Internal server error";

const BAD_REQUEST = [
  "<html>",
  "<head><title>400 Bad Request</title></head>",
  "<body>",
  "<center><h1>400 Bad Request</h1></center>",
  "</body>",
  "</html>",
  "",
].join("\r\n");

/** What the load balancer before the gateway answers to two Authorization headers. */
export function badRequest(): HandshakeError {
  const headers = {
    "content-type": "text/html",
    "content-length": String(BAD_REQUEST.length),
    server: "awselb/2.0",
    connection: "close",
  };
  return new HandshakeError(400, { headers, body: BAD_REQUEST });
}

export function toRejection(
  call: Call,
  rejected: Exclude<Authorization, { outcome: "allowed" }>,
): HandshakeError {
  switch (rejected.outcome) {
    case "identity-missing":
    case "unauthorized":
      return createHandshakeError(401, "Unauthorized", call);
    case "denied":
      return createHandshakeError(403, rejected.explicit ? EXPLICIT_DENY : NO_POLICY_ALLOWS, call);
    case "malformed":
      return createHandshakeError(500, "", call);
    case "failed":
      return createHandshakeError(500, FAILED, call);
  }
}

/** The spaces are AWS's. */
function createHandshakeError(
  status: number,
  text: string,
  { connectionId = "", requestId }: Call,
): HandshakeError {
  const body = `{"message": "${text}", "connectionId":"${connectionId}", "requestId":"${requestId}"}`;
  const headers = {
    "content-type": "application/json; charset=UTF-8",
    "content-length": String(Buffer.byteLength(body)),
    "x-amz-apigw-id": requestId,
  };
  return new HandshakeError(status, { headers, body });
}
