/** Throws at what is not UTF-8, and leaves a byte order mark for JSON.parse to throw at. */
const STRICT_UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The declared type of a custom claim. `json` is anything, and the caller's to check. */
export type ClaimType = keyof ClaimValues;

interface ClaimValues {
  string: string;
  number: number;
  boolean: boolean;
  list: readonly string[];
  json: unknown;
}

/** The type of each claim, by its name in AUTH0_CONTEXT_CLAIMS. */
export type ClaimTypes = Readonly<Record<string, ClaimType>>;

/** No claims are declared. */
export type NoClaims = Readonly<Record<string, never>>;

/** The claims that were declared, each undefined where the token does not have it. */
export type CustomClaims<Types extends ClaimTypes> = {
  readonly [Name in keyof Types]: ClaimValues[Types[Name]] | undefined;
};

/** How a value of each type is read from the text of a key of its own, and which JSON values are of the type. */
const READERS: Readonly<
  Record<
    ClaimType,
    { readonly fromText: (text: string) => unknown; readonly is: (value: unknown) => boolean }
  >
> = {
  string: { fromText: (text) => text, is: (value) => typeof value === "string" },
  number: {
    fromText: (text) => (/^-?\d+(\.\d+)?(e[+-]?\d+)?$/.test(text) ? Number(text) : undefined),
    is: Number.isFinite,
  },
  boolean: {
    fromText: (text) => ({ true: true, false: false })[text],
    is: (value) => typeof value === "boolean",
  },
  list: { fromText: (text) => text.split(" ").filter(Boolean), is: isStrings },
  json: { fromText: (text) => text, is: () => true },
};

/**
 * One claim from where the authorizer put it: a key of its own, or the JSON object of all that are more than a string.
 *
 * @returns undefined where there is none; `wrong_type` where it is of another type
 */
export function customClaim(
  name: string,
  type: ClaimType,
  { text, others }: { readonly text: string | undefined; readonly others: object },
): { readonly value: unknown } | "wrong_type" {
  const reader = READERS[type];
  const isOther = Object.hasOwn(others, name);
  if (text === undefined && !isOther) return { value: undefined };
  const value = text === undefined ? (others as Record<string, unknown>)[name] : reader.fromText(text);
  return reader.is(value) ? { value } : "wrong_type";
}

/**
 * The JSON object of `custom_claims`.
 *
 * @returns undefined where the string is not such an object
 */
export function otherClaims(text: string | undefined): object | undefined {
  if (text === undefined) return {};
  try {
    if (text.length % 4 === 1) return undefined;
    const json = STRICT_UTF8.decode(Buffer.from(text, "base64url"));
    const value: unknown = JSON.parse(json);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isStrings(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}
