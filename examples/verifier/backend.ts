import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { bearerToken, VerificationError } from "auth0-api-gateway-authorizer/verifier";
import { verify } from "./auth.ts";

/** A server that can be reached past the gateway, and so verifies once more what the gateway let through. */
export function backend(): Server {
  return createServer((request, response) => void answer(request, response));
}

async function answer({ headers }: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    const { subject } = await verify(bearerToken(headers.authorization));
    response.end(`orders of ${subject}`);
  } catch (error) {
    response.statusCode = error instanceof VerificationError ? error.status : 500;
    response.end();
  }
}
