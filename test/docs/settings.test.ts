import { readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { parse } from "yaml";
import { settingsFromEnvironment, type Settings } from "../../src/settings/settings.ts";

/** The settings by their variable, from the one place that knows both names. */
const keys = new Map(
  Array.from(
    readFileSync("src/settings/definitions.ts", "utf8").matchAll(/^ {2}(\w+): setting\(\s*"(\w+)"/gm),
    ([, key = "", variable = ""]) => [variable, key as keyof Settings],
  ),
);
const defaults = settingsFromEnvironment({ AUTH0_DOMAIN: "acme.eu.auth0.com", AUTH0_CLIENT_IDS: "WebApp" });
const required = ["AUTH0_DOMAIN", "AUTH0_CLIENT_IDS"];
const readme = readFileSync("README.md", "utf8");
const rows = Array.from(
  readme.matchAll(/^\| `([A-Z0-9_]+)` *\| ([^|]*?) *\|/gm),
  ([, variable = "", text = ""]) => ({ variable, text }),
);

test("the README has every setting, in the order of the code", () => {
  expect(keys.size).toBe(Object.keys(defaults).length);
  expect(rows.map(({ variable }) => variable)).toEqual([...keys.keys()]);
});

test.each(rows.filter(({ variable }) => !required.includes(variable)))(
  "the README has the default of $variable",
  ({ variable, text }) => {
    const value = defaults[keys.get(variable) ?? "domain"];
    expect(text.split(";")[0]).toBe(
      isNone(value) ? "none" : `\`${JSON.stringify(value).replaceAll('"', "")}\``,
    );
  },
);

/** Also a list of nothing, or a map of nothing. */
function isNone(value: unknown): boolean {
  return value === undefined || (typeof value === "object" && Object.keys(value ?? {}).length === 0);
}

test("every setting can be given to the function that is deployed", () => {
  const functions = parse(readFileSync("infra/functions.yml", "utf8")) as {
    functions: { authorizer: { authorizer: { environment: Record<string, string> } } };
  };
  expect(Object.keys(functions.functions.authorizer.authorizer.environment)).toEqual([...keys.keys()]);
});

test("the README names what the identity has", () => {
  const context = readFileSync("src/identity/context.ts", "utf8");
  const body = /interface IdentityContext \{([^]*?)^\}/m.exec(context)?.[1] ?? "";
  const names = Array.from(body.matchAll(/readonly (\w+)\??:/g), ([, name = ""]) => name);
  expect(names.length).toBeGreaterThan(9);
  expect(names.filter((name) => !readme.includes(`\`${name}\``))).toEqual([]);
});
