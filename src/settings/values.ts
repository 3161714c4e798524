/**
 * How one setting is read, from text (an environment variable) or from a value given in code. Every reader
 * throws an `Error` whose message continues "AUTH0_DOMAIN …".
 */

/** Items separated by commas, blanks around them ignored; or an array. */
export function list<T>(item: (value: unknown) => T, separator = ","): (value: unknown) => readonly T[] {
  return (value) => {
    const items = typeof value === "string" ? value.split(separator).map((part) => part.trim()) : value;
    if (!Array.isArray(items)) throw new Error("must be a list");
    return Object.freeze(items.filter((part) => part !== "").map(item));
  };
}

/**
 * Pairs `name=value` separated by commas, or an object.
 *
 * @param separator matches a pair: what may have an `=` in it, a URL, is on one side only
 */
export function record<T>(
  name: (value: unknown) => string,
  item: (value: unknown) => T,
  separator: RegExp,
): (value: unknown) => Readonly<Record<string, T>> {
  return (value) => {
    const pairs = typeof value === "string" ? list((text) => pair(text, separator))(value) : entriesOf(value);
    const names = pairs.map(([key]) => key);
    const twice = names.find((key, index) => names.indexOf(key) !== index);
    if (twice !== undefined) throw new Error(`names ${twice} twice`);
    return Object.freeze(Object.fromEntries(pairs.map(([key, of]) => [name(key), item(of)])));
  };
}

type Pair = readonly [name: string, value: unknown];

/** A short name, and anything. */
export const AT_FIRST_EQUALS = /^([^=]+)=(.+)$/;
/** Anything, and a value without an `=`. */
export const AT_LAST_EQUALS = /^(.+)=([^=]+)$/;

function pair(text: unknown, separator: RegExp): Pair {
  const parts = separator.exec(String(text));
  if (parts === null) throw new Error(`has an item that is no name=value: ${JSON.stringify(text)}`);
  const [, name = "", value] = parts;
  return [name.trim(), value?.trim()];
}

function entriesOf(value: unknown): readonly Pair[] {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new Error("must be an object");
  return Object.entries(value);
}

/** Names that the context has, or that a gateway keeps for itself. */
const RESERVED_NAMES: readonly string[] = [
  ...["sub", "email", "email_verified", "token_use", "iss", "client_id", "exp", "scope", "permissions"],
  ...["org_id", "org_name", "actor", "principal_type", "custom_claims", "reason", "claims", "jwt", "lambda"],
];

/** A name of the team's own in the context: short and plain, because gateways cannot name a URL. */
export function contextName(value: unknown): string {
  const text = word(value);
  if (!/^[a-z][a-z0-9_]{0,31}$/.test(text))
    throw new Error(`has a name that is not a lower-case letter and up to 31 of a-z, 0-9 and _: ${text}`);
  if (RESERVED_NAMES.includes(text)) throw new Error(`has a name that is taken: ${text}`);
  return text;
}

/** The name of a claim: a URL of the team's own, or one of Auth0's. */
export function claimName(value: unknown): string {
  return word(value);
}

/** A domain as it stands after the `@`, in lower case. */
export function emailDomain(value: unknown): string {
  const text = word(value);
  if (!/^[a-zA-Z0-9.-]+$/.test(text))
    throw new Error(`must be domains such as acme.com, in ASCII and without the @: ${text}`);
  return text.toLowerCase();
}

export function word(value: unknown): string {
  if (typeof value !== "string" || !/^\S+$/.test(value)) {
    throw new Error(`has an item that is empty or has blanks in it: ${JSON.stringify(value)}`);
  }
  return value;
}

const SCHEMES = ["https:", "http:"];

/**
 * A tenant's domain, bare or as a URL, as its issuer identifier: with Auth0's trailing slash.
 * Plain HTTP only for a loopback host, which is how a tenant runs on one's own machine.
 */
export function issuer(value: unknown): string {
  const text = word(value);
  const url = parseUrl(text.includes("://") ? text : `https://${text}`);
  if (url === undefined || !SCHEMES.includes(url.protocol) || url.href !== `${url.origin}/`) {
    throw new Error(`must be a domain such as acme.eu.auth0.com, without a path: ${text}`);
  }
  if (url.protocol === "http:" && !isLoopback(url.hostname)) {
    throw new Error(`must use https, except on a loopback host: ${text}`);
  }
  return url.href;
}

/**
 * The claim with the e-mail in access tokens: a URL of the team's own, so that it collides with nothing, or `email`,
 * which Auth0 lets an Action set in access tokens for one's own APIs.
 */
export function emailClaim(value: unknown): string {
  const text = word(value);
  if (text !== "email" && (!/^https?:\/\//.test(text) || parseUrl(text) === undefined)) {
    throw new Error(`must be an absolute URL such as https://acme.com/email, or email: ${text}`);
  }
  return text;
}

export function oneOf<const T extends string>(...choices: readonly T[]): (value: unknown) => T {
  return (value) => {
    const choice = choices.find((candidate) => candidate === value);
    if (choice === undefined)
      throw new Error(`must be one of ${choices.join(", ")}, not ${JSON.stringify(value)}`);
    return choice;
  };
}

export function boolean(value: unknown): boolean {
  return oneOf("true", "false")(String(value)) === "true";
}

export function integer(min: number, max: number): (value: unknown) => number {
  return (value) => {
    const number = /^\d+$/.test(String(value)) ? Number(value) : NaN;
    if (!(number >= min && number <= max)) {
      throw new Error(`must be a whole number from ${min} to ${max}, not ${JSON.stringify(value)}`);
    }
    return number;
  };
}

function parseUrl(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}

function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(\.\d+){3}$/.test(hostname);
}
