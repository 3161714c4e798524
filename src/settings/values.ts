import { issuerOfUrl } from "./issuer-url.ts";

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

export function word(value: unknown): string {
  if (typeof value !== "string" || !/^\S+$/.test(value)) {
    throw new Error(`has an item that is empty or has blanks in it: ${JSON.stringify(value)}`);
  }
  return value;
}

/** A domain that the URL parser leaves as it is. Its first use takes a quarter of a millisecond of a cold start. */
const PLAIN_DOMAIN = /^(?!.*xn--)(?:[a-z0-9-]+\.)+[a-z]{2,}$/;

/**
 * A tenant's domain, bare or as a URL, as its issuer identifier: with Auth0's trailing slash.
 * Plain HTTP only for a loopback host, which is how a tenant runs on one's own machine.
 */
export function issuer(value: unknown): string {
  const text = word(value);
  return PLAIN_DOMAIN.test(text) ? `https://${text}/` : issuerOfUrl(text);
}

/**
 * The claim with the e-mail in access tokens: a URL of the team's own, so that it collides with nothing, or `email`,
 * which Auth0 lets an Action set in access tokens for one's own APIs.
 */
export function emailClaim(value: unknown): string {
  const text = word(value);
  if (text !== "email" && (!/^https?:\/\//.test(text) || !URL.canParse(text))) {
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
