import { readFileSync } from "node:fs";
import ts from "typescript";
import { runtimeDefaults } from "../../src/settings/settings.ts";
import { SETTINGS, type SettingKey } from "../../src/settings/definitions.ts";

const SOURCE = "src/settings/definitions.ts";

const HEAD = `# Settings

Written by \`npm run docs\` from \`${SOURCE}\`.

Set each one as an environment variable of the function, as a stage parameter of the same name in this repository's
\`serverless.yml\`, or by its name in code, in the plugin and in the CDK construct. In a variable, separate the values of
a list by commas; a space around a value does not matter, and an empty variable counts as not set.

Configuration errors are reported all at once, by name: before a deployment by the plugin and by
[\`auth0-authorizer validate\`](cli.md), otherwise by the function, which then refuses to start.
`;

/** The page about all settings, with a heading for each. */
export function settingsPage(): string {
  const comments = readComments();
  const sections = (Object.keys(SETTINGS) as SettingKey[]).map((key) =>
    toSection(key, comments.get(key) ?? fail(key)),
  );
  return [HEAD, ...sections].join("\n");
}

function toSection(key: SettingKey, comment: string): string {
  const { variable, fallback } = SETTINGS[key];
  return `## ${variable}\n\n${comment}\n\n| in code | default |\n| --- | --- |\n| \`${key}\` | ${describeDefault(key, fallback)} |\n`;
}

function describeDefault(key: SettingKey, fallback: unknown): string {
  if (key === "domain") return "required";
  const offline = runtimeDefaults({ IS_OFFLINE: "true" })[key];
  return `${toText(fallback)}${offline === undefined ? "" : `; under serverless-offline ${toText(offline)}`}`;
}

/** A list or a map without anything in it is not set either. */
function toText(value: unknown): string {
  const isNone = value === undefined || (typeof value === "object" && Object.keys(value ?? {}).length === 0);
  return isNone ? "none" : `\`${JSON.stringify(value).replaceAll('"', "")}\``;
}

/** The comment of each property of the interface `Settings`. */
function readComments(): ReadonlyMap<string, string> {
  const file = ts.createSourceFile(SOURCE, readFileSync(SOURCE, "utf8"), ts.ScriptTarget.Latest, true);
  const settings = file.statements
    .filter(ts.isInterfaceDeclaration)
    .find(({ name }) => name.text === "Settings");
  return new Map(
    (settings?.members ?? []).map((member) => [
      member.name?.getText() ?? "",
      ts
        .getJSDocCommentsAndTags(member)
        .map(({ comment }) => ts.getTextOfJSDocComment(comment) ?? "")
        .join("\n"),
    ]),
  );
}

function fail(key: string): never {
  throw new Error(`${SOURCE} says nothing about ${key}`);
}
