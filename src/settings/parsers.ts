import { RESERVED_NAMES } from "./context-names.ts";
import { parseDateTime } from "./date-time.ts";
import { identifier, list, word } from "./words.ts";

/**
 * How one setting is read, from text (an environment variable) or from a value given in code. Every reader
 * throws an `Error` whose message continues "AUTH0_DOMAIN …".
 */

/** A domain that the URL parser leaves as it is. Its first use takes a quarter of a millisecond of a cold start. */
const PLAIN_DOMAIN = /^(?!.*xn--)(?:[a-z0-9-]+\.)+[a-z]{2,}$/;
/** Auth0's own: its site, dashboard and regions. The name of a tenant has three characters or more. */
const NO_TENANT = /^(?:(?:www|manage|..)\.)?auth0\.com$|(?:^|\.)-|-\./;

/**
 * A tenant's domain, bare or as a URL, as its issuer identifier: with Auth0's trailing slash.
 * Plain HTTP only for a loopback host, which is how the local tenant runs.
 */
export function issuer(value: unknown): string {
  const text = word(value);
  return PLAIN_DOMAIN.test(text) && !NO_TENANT.test(text) ? `https://${text}/` : parseIssuerUrl(text);
}

/**
 * Claims that no Action can set in an access token.
 *
 * @see https://auth0.com/docs/secure/tokens/json-web-tokens/create-custom-claims
 */
const RESERVED_CLAIMS: readonly string[] = (
  "acr act active amr at_hash ath attest aud auth_time authorization_details azp c_hash client_id cnf cty dest " +
  "entitlements events exp groups gty htm htu iat internalService iss jcard jku jti jwe jwk kid may_act mky nbf nonce " +
  "object_id org_id org_name orig origid permissions roles rph s_hash scope sid sip sub sub_jwk toe txn typ uuid vot vtm"
).split(" ");
/** Auth0 ignores claims in a namespace of its own. */
const RESERVED_NAMESPACE = /^https?:\/\/(?:[^/]+\.)?(?:auth0\.com|webtask\.io|webtask\.run)(?:\/|$)/;

/** Whether no Action can set this claim in an access token. */
export function isReservedClaim(name: string): boolean {
  return RESERVED_CLAIMS.includes(name) || RESERVED_NAMESPACE.test(name);
}

/**
 * A claim in access tokens: any name that Auth0 lets an Action set.
 *
 * @param example a name that it may have
 * @param allowed reserved names that are accepted too
 */
export function customClaim(example: string, ...allowed: readonly string[]): (value: unknown) => string {
  return (value) => {
    const text = word(value);
    if (isReservedClaim(text) && !allowed.includes(text))
      throw new Error(`is a claim that Auth0 reserves; use one such as ${example}: ${text}`);
    return text;
  };
}

export function getOne<const T extends string>(...choices: readonly T[]): (value: unknown) => T {
  return (value) => {
    const choice = choices.find((candidate) => candidate === value);
    if (choice === undefined)
      throw new Error(`must be one of ${choices.join(", ")}, not ${JSON.stringify(value)}`);
    return choice;
  };
}

export function boolean(value: unknown): boolean {
  return getOne("true", "false")(String(value)) === "true";
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

const SCHEMES = ["https:", "http:"];
/** At least two labels, the last of which is not a number: neither `acme`, an IP address, nor a placeholder. */
const HOST = /^(?:[a-z0-9-]+\.)+[a-z][a-z0-9-]*$/;

/** The issuer identifier of a domain that is more than a plain name, or a URL. */
function parseIssuerUrl(text: string): string {
  const url = parseUrl(text.includes("://") ? text : `https://${text}`);
  if (url === undefined || !SCHEMES.includes(url.protocol) || url.href !== `${url.origin}/`) {
    throw new Error(`must be a domain such as acme.eu.auth0.com, without a path: ${text}`);
  }
  if (url.protocol === "http:" && !isLoopback(url.hostname)) {
    throw new Error(`must use https, except on a loopback host: ${text}`);
  }
  if (!isLoopback(url.hostname) && (!HOST.test(url.hostname) || NO_TENANT.test(url.hostname)))
    throw new Error(`must be a domain such as acme.eu.auth0.com: ${text}`);
  return url.href;
}

function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(\.\d+){3}$/.test(hostname);
}

function parseUrl(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}

/** A short name, and anything. */
const AT_FIRST_EQUALS = /^([^=]+)=(.+)$/;

/** Anything, and a value without an `=`. */
export const AT_LAST_EQUALS = /^(.+)=([^=]+)$/;

/** The claim of each name in the context. */
export function contextClaims(value: unknown): Readonly<Record<string, string>> {
  return record(contextName, word, AT_FIRST_EQUALS)(value);
}

/** An organization's ID, or its name, which Auth0 keeps in lower case. */
export function organization(value: unknown): string {
  const text = word(value);
  if (!/^[\w-]+$/.test(text)) throw new Error(`must be IDs or names of organizations: ${text}`);
  return text.startsWith("org_") ? text : text.toLowerCase();
}

/** `none`, `any`, or the subjects of those who may act for a user. */
export function actors(value: unknown): "none" | "any" | readonly string[] {
  if (value === "none" || value === "any") return value;
  const subjects = list(identifier)(value);
  if (subjects.length === 0 || subjects.some((subject) => /^(?:none|any|all|true|false)$/i.test(subject)))
    throw new Error("must be none, any, or a list of subjects");
  return subjects;
}

/** The values that a claim may have, by its name: a URL, or one of Auth0's. */
export function requiredClaims(value: unknown): Readonly<Record<string, readonly string[]>> {
  return record(word, list(word, "|"), AT_LAST_EQUALS)(value);
}

/** Domains as they stand after the `@`, in lower case. */
export function emailDomains(value: unknown): readonly string[] {
  return list(emailDomain)(value);
}

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html */
export function tableName(value: unknown): string {
  const text = word(value);
  if (!/^[\w.-]{3,255}$/.test(text))
    throw new Error(`must be the name of a DynamoDB table, not its ARN: ${text}`);
  return text;
}

/** A query parameter that can be an identity source, whose names have these characters alone. */
export function parameterName(value: unknown): string {
  const text = word(value);
  if (!/^[\w.-]+$/.test(text))
    throw new Error(`must be the name of a query parameter, of letters, digits, and . _ -: ${text}`);
  return text;
}

/** An RFC 3339 time, as it was written. */
export function dateTime(value: unknown): string {
  const text = word(value);
  if (parseDateTime(text) === undefined)
    throw new Error(`must be a time such as 2026-11-30T08:00:00Z, with its year and its offset: ${text}`);
  return text;
}

/**
 * Pairs `name=value` separated by commas, or an object.
 *
 * @param separator matches a pair: what may have an `=` in it, a URL, is on one side only
 */
function record<T>(
  name: (value: unknown) => string,
  item: (value: unknown) => T,
  separator: RegExp,
): (value: unknown) => Readonly<Record<string, T>> {
  return (value) => {
    const pairs = typeof value === "string" ? list((text) => pair(text, separator))(value) : toEntries(value);
    const names = pairs.map(([key]) => key);
    const twice = names.find((key, index) => names.indexOf(key) !== index);
    if (twice !== undefined) throw new Error(`names ${twice} twice`);
    return Object.freeze(Object.fromEntries(pairs.map(([key, of]) => [name(key), item(of)])));
  };
}

type Pair = readonly [name: string, value: unknown];

function pair(text: unknown, separator: RegExp): Pair {
  const parts = separator.exec(String(text));
  if (parts === null) throw new Error(`has an item that is not name=value: ${JSON.stringify(text)}`);
  const [, name = "", value] = parts;
  return [name.trim(), value?.trim()];
}

function toEntries(value: unknown): readonly Pair[] {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new Error("must be an object");
  return Object.entries(value);
}

/** The name of a custom claim in the context: short and plain, because gateways cannot name a URL. */
function contextName(value: unknown): string {
  const text = word(value);
  if (!/^[a-z][a-z0-9_]{0,31}$/.test(text))
    throw new Error(`has a name that does not match [a-z][a-z0-9_]{0,31}: ${text}`);
  if (RESERVED_NAMES.includes(text)) throw new Error(`has a reserved name: ${text}`);
  return text;
}

/** A domain as it stands after the `@`, in lower case. */
function emailDomain(value: unknown): string {
  const text = word(value);
  if (!/^(?:[a-zA-Z0-9-]+\.)+[a-zA-Z0-9-]+$/.test(text))
    throw new Error(
      `must be domains such as acme.com, in ASCII, without the @ or a dot at either end: ${text}`,
    );
  return text.toLowerCase();
}
