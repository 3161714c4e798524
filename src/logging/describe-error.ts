import { describeConnectionError } from "../http/client.ts";
import { FetchError } from "../http/fetch-error.ts";

/** The JSON of a value that JSON was parsed to. A parser takes deeper nesting than the writer does. */
function asJson(value: unknown): string {
  if (value === undefined) return "nothing";
  try {
    return JSON.stringify(value);
  } catch {
    return "(nested too deeply)";
  }
}

/**
 * Why a server gave no usable answer, on one line that is safe for a terminal: it may quote the server. `fetch` says
 * no more than "fetch failed"; its cause knows.
 */
export function failureText(error: unknown): string {
  if (error instanceof FetchError) return printable(error.message);
  return printable(describeConnectionError((error as Error).cause ?? error));
}

const MAX_VALUE_LENGTH = 160;

/** An untrusted value, on one line and without anything that a terminal would obey. */
export function printable(value: unknown): string {
  const text = typeof value === "string" ? value : asJson(value);
  const plain = text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, escapeSequence);
  return plain.length > MAX_VALUE_LENGTH ? `${plain.slice(0, MAX_VALUE_LENGTH)}…` : plain;
}

function escapeSequence(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}
