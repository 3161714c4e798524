/** Readers of items: what a list of a setting holds, or a setting that is one word. See `parsers.ts`. */

/** Items separated by commas, spaces around them ignored; or an array. */
export function list<T>(item: (value: unknown) => T, separator = ","): (value: unknown) => readonly T[] {
  return (value) => {
    const items = typeof value === "string" ? value.split(separator).map((part) => part.trim()) : value;
    if (!Array.isArray(items)) throw new Error("must be a list");
    return Object.freeze(items.filter((part) => part !== "").map(item));
  };
}

/** What nearly all items are made of. Trying all the patterns below takes a quarter of a millisecond of a cold start. */
const PLAIN = /^[\w.:/|@+-]+$/;
/** Quotes of every kind, where copying or an env file leaves them. */
const QUOTED = /^["'`\u2018-\u201f]|["'`\u2018-\u201f]$/;
/** Controls, and characters that cannot be seen. As ranges: `\p{C}` would load tables of Unicode at a cold start. */
// eslint-disable-next-line no-control-regex -- controls are what it looks for
const INVISIBLE = /[\u0000-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff]/;
/** `{yourClientId}` of Auth0's pages, `<YOUR_API>` and `${VARIABLE}`. */
const PLACEHOLDER = /^(?:[{<]|\$\{)/;

/** An item as a token may contain it: without a space, and without what a program or a page leaves around a value. */
export function word(value: unknown): string {
  // A program writes these where it has no value.
  if (value === "undefined" || value === "null") throw new Error(`has a placeholder: ${value}`);
  if (typeof value === "string" && PLAIN.test(value)) return value;
  if (typeof value !== "string" || !/^\S+$/.test(value)) {
    throw new Error(`contains an empty item or a space: ${JSON.stringify(value)}`);
  }
  if (value.startsWith("[")) throw new Error(`is a list as JSON; use commas alone: ${value}`);
  if (QUOTED.test(value)) throw new Error(`has quotes around an item: ${value}`);
  if (INVISIBLE.test(value)) throw new Error(`has an invisible character: ${value}`);
  if (PLACEHOLDER.test(value)) throw new Error(`has a placeholder: ${value}`);
  return value;
}

/** A client ID, an API identifier or a subject: compared as a whole, so that there are no wildcards. */
export function identifier(value: unknown): string {
  const text = withoutSemicolon(word(value));
  if (text === "*") throw new Error("has no wildcards: list each item");
  return text;
}

/** A permission of an Auth0 API, as it stands in `permissions` or `scope`. */
export function permission(value: unknown): string {
  return withoutSemicolon(word(value));
}

function withoutSemicolon(text: string): string {
  if (!text.includes(";")) return text;
  throw new Error(`has a semicolon in an item, and items are separated by commas: ${text}`);
}
