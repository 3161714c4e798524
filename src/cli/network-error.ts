import { FetchError } from "../http/fetch-error.ts";
import { connectionFault } from "../http/client.ts";
import { printable } from "./terminal.ts";

/**
 * Why a server gave no usable answer, on one line that is safe for a terminal: it may quote the server. `fetch` says
 * no more than "fetch failed"; its cause knows.
 */
export function failureText(error: unknown): string {
  if (error instanceof FetchError) return printable(error.message);
  return printable(connectionFault((error as Error).cause ?? error));
}
