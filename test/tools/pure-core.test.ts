import { expect, test } from "@jest/globals";
import { ESLint } from "eslint";

const ROOMS = ["http", "settings", "logging", "token", "apigateway", "identity", "revocation", "authorizer"];
/** Code that takes from the machine what should be a parameter, and the rule against it. */
const IMPURE: readonly (readonly [code: string, rule: string])[] = [
  ["export const now = () => Date.now();", "no-restricted-properties"],
  ["export const some = () => Math.random();", "no-restricted-properties"],
  ["export const home = () => process.env;", "no-restricted-properties"],
  ['export { readFileSync } from "node:fs";', "no-restricted-imports"],
  ["let calls = 0; export const count = () => (calls += 1);", "no-restricted-syntax"],
];

const eslint = new ESLint();

test.each(ROOMS)(
  "the room %s is pure: lint refuses clock, random numbers, environment, files and state",
  async (room) => {
    const { rules = {} } = (await eslint.calculateConfigForFile(`src/${room}/any.ts`)) as { rules?: object };
    const restricted = new ESLint({ overrideConfigFile: true, overrideConfig: { rules: only(rules) } });
    for (const [code, rule] of IMPURE) expect(await brokenRules(restricted, code)).toEqual([rule]);
    expect(await brokenRules(restricted, "export const later = (now) => now + 1;")).toEqual([]);
  },
);

test("the command line may read the clock", async () => {
  const { rules = {} } = (await eslint.calculateConfigForFile("src/cli/any.ts")) as { rules?: object };
  expect(Object.keys(only(rules))).toEqual([]);
});

/** The rules about purity alone: the others need types. */
function only(rules: object): Record<string, never> {
  const entries = Object.entries(rules).filter(([name]) => name.startsWith("no-restricted-"));
  return Object.fromEntries(entries) as Record<string, never>;
}

async function brokenRules(linter: ESLint, code: string): Promise<readonly (string | null)[]> {
  const [result] = await linter.lintText(code);
  return (result?.messages ?? []).map(({ ruleId }) => ruleId);
}
