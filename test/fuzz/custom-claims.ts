import fc from "fast-check";
import type { Settings } from "../../src/settings/settings.ts";

type Json = Readonly<Record<string, unknown>>;

/** What the value of a custom claim must never be found in: a log line or a rejection. */
export const SECRET_CLAIM = "secret-claim-value";

/** Custom claims, by their name in the context; of an unknown one every token lacks. */
export const CONTEXT_CLAIMS = {
  roles: "https://acme.com/roles",
  own: "https://acme.com/own",
  plan: "https://acme.com/plan",
  built_in: "constructor",
};
export const PLAN_CLAIM = CONTEXT_CLAIMS.plan;
/** The claim with the API key that chooses a usage plan. */
export const USAGE_KEY_CLAIM = "https://acme.com/usage_key";

const texts = (...values: unknown[]): string[] => values.map((value) => JSON.stringify(value));

/** JSON texts: any value, and those at the edges between the ways in which a claim travels. */
const literal = fc.oneof(
  fc.jsonValue({ maxDepth: 3, stringUnit: "binary" }).map((value) => JSON.stringify(value)),
  fc.array(fc.string({ unit: "grapheme-ascii" }), { maxLength: 4 }).map((list) => JSON.stringify(list)),
  fc.constantFrom(
    ...texts(SECRET_CLAIM, [SECRET_CLAIM], { deep: SECRET_CLAIM }, `"${SECRET_CLAIM}"`),
    ...texts("", " ", [], [""], [" "], ["a b"], ["a", "b"], ["a", 1], 0, -0, 1e21, true, false, null, "pro", [
      "team",
    ]),
    ...texts("\u007f", "a\\b", "é", '"', "\ud800", "x".repeat(2030), "x".repeat(2050), ["x".repeat(3000)]),
    ...['{"__proto__":{"a":1}}', "1e309", "-0", "1.50", '"\\u0041"'],
  ),
);

/** Members of a token's JSON text, for custom claims and for those who act for the user. */
export const customClaims = fc.array(
  fc.oneof(
    fc.record({
      name: fc.constantFrom(...Object.values(CONTEXT_CLAIMS)),
      literal,
      how: fc.constantFrom("set", "append", "prepend"),
    }),
    fc.record({
      name: fc.constant("act"),
      literal: fc.oneof(
        {
          weight: 3,
          arbitrary: fc.integer({ min: 1, max: 7 }).map((levels) => JSON.stringify(actors(levels))),
        },
        fc.constantFrom(...texts(null, {}, [], "x", { sub: "" }, { sub: 1 }, { sub: "x", act: null })),
      ),
      how: fc.constant("set" as const),
    }),
  ),
  { maxLength: 3 },
);

function actors(levels: number): object {
  const sub = `agent-${levels}`;
  return levels === 1 ? { sub } : { sub, act: actors(levels - 1) };
}

/** Whether the chain of actors is one, of five at most. */
export function isActorChain(act: unknown, levels = 5): boolean {
  if (typeof act !== "object" || act === null || Array.isArray(act) || levels === 0) return false;
  const own = new Map(Object.entries(act));
  const isNamed = typeof own.get("sub") === "string" && own.get("sub") !== "";
  return isNamed && (!own.has("act") || isActorChain(own.get("act"), levels - 1));
}

const isPrintable = (text: string): boolean =>
  text.split("").every((c) => c >= " " && c <= "~" && c !== '"' && c !== "\\");

/** How custom claims travel, written down a second time. */
export function customContext(claims: Json, team: Partial<Settings>): Readonly<Record<string, string>> {
  const entries = Object.entries(team.contextClaims ?? {}).map(
    ([name, claim]) => [name, Object.hasOwn(claims, claim) ? claims[claim] : null] as const,
  );
  const present = entries.filter(([, value]) => value !== null && value !== "");
  const asText = present.map(([name, value]) => [name, textOf(value)] as const);
  const plain = asText.filter((entry): entry is readonly [string, string] => entry[1] !== undefined);
  const rest = present.filter(([, value]) => textOf(value) === undefined);
  const wellFormed = toWellFormed(Object.fromEntries(rest));
  const json = Buffer.from(JSON.stringify(wellFormed)).toString("base64url");
  return Object.fromEntries([...plain, ...(rest.length > 0 ? [["custom_claims", json] as const] : [])]);
}

/** Every string, names too, without halves of characters: UTF-8 has none. */
function toWellFormed(value: unknown): unknown {
  if (typeof value === "string") return Buffer.from(value).toString();
  if (Array.isArray(value)) return value.map(toWellFormed);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [toWellFormed(name), toWellFormed(item)]),
  );
}

function textOf(value: unknown): string | undefined {
  if (Array.isArray(value)) {
    const words: readonly unknown[] = value;
    const isWords = words.every(
      (word) => typeof word === "string" && word !== "" && !word.includes(" ") && isPrintable(word),
    );
    return isWords ? words.join(" ") : undefined;
  }
  if (typeof value === "string") return isPrintable(value) && !/^ | $/.test(value) ? value : undefined;
  return typeof value === "number" || typeof value === "boolean" ? String(value) : undefined;
}

/** Whether they are more than the authorizer forwards. */
export function isTooMuch(own: Readonly<Record<string, string>>): boolean {
  return Object.entries(own).flat().join("").length > 2048;
}

/** Whether a claim that the team demands has another value. */
export function lacksClaim(claims: Json, { requiredClaims = {} }: Partial<Settings>): boolean {
  return Object.entries(requiredClaims).some(([claim, allowed]) => {
    const found = Object.hasOwn(claims, claim) ? claims[claim] : undefined;
    const values: readonly unknown[] = Array.isArray(found) ? found : [found];
    return !values.some((value) => allowed.some((one) => value === one || JSON.stringify(value) === one));
  });
}
