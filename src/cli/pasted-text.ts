/** Reads pasted text as the token or file that it most probably is. */
import { isUtf8 } from "node:buffer";
import { readFileSync } from "node:fs";
import { UsageError } from "./terminal.ts";

const TOKEN_MEMBERS = ["access_token", "id_token"] as const;

/** What copying adds around a token: quotes of every kind, and the comma or semicolon of the line that it stood in. */
const AROUND = /^["'`\u2018-\u201f]+|["'`\u2018-\u201f]*[,;]?$/g;
/** An Authorization header anywhere in a text: a curl command, or a request with all of its headers. */
const HEADER_INSIDE = /\bauthorization["']?\s*:\s*["'`]?bearer\s+([^\s"'`\\]+)/gi;
const PARAMETER = /(?:^|[?#&\s"'])(access_token|id_token)=([^&\s"'`#]+)/g;
/** A JWT directly after a punctuation mark: a value in code, JSON, a cookie or an address, and not one word of several. */
const VALUE_INSIDE = /[^\s\w.-](eyJ[\w-]*\.[\w-]+\.[\w-]+)(?![\w.-])/g;
/** What cannot be seen at the ends of what was copied from a page. */
export const UNSEEN_AROUND = /^[\s\u200b-\u200f\u2060\ufeff]+|[\s\u200b-\u200f\u2060\ufeff]+$/g;
/** The end of a line, as a shell or a mail continues it. */
const LINE_END = /\s*[\\=]?[\r\n]+\s*/g;
/** A compact JWT, or an encrypted one, with the scheme or without. */
const COMPACT = /^(?:bearer +)?[\w-]+(?:\.[\w-]*){2,4}$/i;

/**
 * Bytes as text. Windows PowerShell writes UTF-16 where a command's output is redirected into a file or a pipe.
 *
 * @param bytes UTF-8 or UTF-16, with a byte order mark or without
 */
export function decodeText(bytes: Uint8Array): string {
  return new TextDecoder(getEncoding(bytes)).decode(bytes);
}

/** A file as text, in any of these encodings. */
export function readTextFile(path: string): string {
  return decodeText(readFileSync(path));
}

function getEncoding(bytes: Uint8Array): string {
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (second === 0 && !isPlainUtf8(bytes))) return "utf-16le";
  if ((first === 0xfe && second === 0xff) || (first === 0 && !isPlainUtf8(bytes))) return "utf-16be";
  return "utf-8";
}

function isPlainUtf8(bytes: Uint8Array): boolean {
  return isUtf8(bytes) && !bytes.includes(0);
}

/**
 * The token, or the value of an Authorization header, in a text that was pasted: the text itself where nothing else
 * is recognized in it.
 *
 * @throws UsageError where the text holds two tokens, or is JSON without any
 */
export function readPastedCredential(text: string): string {
  const plain = text.replaceAll(UNSEEN_AROUND, "");
  const named = [...tokensOfJson(plain), ...matches(HEADER_INSIDE, plain, 1), ...tokensOfParameters(plain)];
  const [token, ...others] = new Set(named.length > 0 ? named : valuesInside(plain));
  if (others.length > 0)
    throw new UsageError(
      "there are several tokens in this text: give only the one that the application sends to the API",
    );
  if (token !== undefined) return token;
  const value = plain.replace(/^authorization:\s*/i, "").replaceAll(AROUND, "");
  const joined = value.replace(/^(bearer)\s+/i, "$1 ").replaceAll(LINE_END, "");
  return COMPACT.test(joined) ? joined : value;
}

/** Of the token endpoint's answer, whole or the line of it that has the token. */
function tokensOfJson(text: string): readonly string[] {
  const line = /^"?(?:access_token|id_token)"?\s*:\s*"([^"]*)",?$/.exec(text)?.[1];
  if (line !== undefined) return [line];
  const value = text.startsWith("{") ? parseObject(text) : undefined;
  if (value === undefined) return [];
  const tokens = TOKEN_MEMBERS.map((name) => value[name]).filter((token) => typeof token === "string");
  if (tokens.length > 0 || valuesInside(text).length > 0) return tokens;
  const names = "error" in value ? "the answer of a token endpoint that issued none" : "JSON without a token";
  throw new UsageError(`this is ${names}: it has neither access_token nor id_token`);
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

/** Of an address that an application was redirected to, or of a form. */
function tokensOfParameters(text: string): readonly string[] {
  return matches(PARAMETER, text, 2).map((value) => {
    try {
      return decodeURIComponent(value);
    } catch {
      return value;
    }
  });
}

/** Where the text as a whole is neither a token nor in quotes. */
function valuesInside(text: string): readonly string[] {
  return COMPACT.test(text.replaceAll(AROUND, "")) ? [] : matches(VALUE_INSIDE, text, 1);
}

function matches(pattern: RegExp, text: string, group: number): string[] {
  return [...text.matchAll(pattern)].map((match) => match[group] ?? "");
}
