import { readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { parse } from "yaml";
import { DENY_REASONS, ERROR_REASONS, UNAUTHORIZED_REASONS } from "../../src/errors.ts";
import { guides, prose } from "./guides.ts";

/** What no text may say, and what to write instead. */
const RULES: readonly (readonly [what: RegExp, instead: string])[] = [
  [/\bwho(?:m)?ever\b|\bwhichever\b/i, "anyone who, a caller who, an attacker who; which"],
  [/\b(?:any|every|no|some)body\b/i, "the caller, the user, an attacker, an operator, anyone, no one"],
  [/\bhand(?:s|ed|ing)? (?:\w+ ){0,2}on\b/i, "pass on"],
  [/\bturn(?:s|ed)? away\b/i, "refused, rejected"],
  [/\b(?:gets?|lets?) (?:\w+ )?in\b(?! [a-z])/i, "is accepted, accepts"],
  [/\be-mail/i, "email"],
  [/\blog-outs?\b/i, "logout"],
  [/\blook-ups?\b/i, "lookup"],
  [
    /\b(?:is|are) none\b|(?<!\bthere )\bis no (?:table|token|user|Lambda|outage)\b|\bare no (?:users|Lambdas)\b/i,
    "is not a …",
  ],
  [/\bLambdas? behind\b/i, "your backend"],
  [/\bone's own\b|\b(?:claims|settings|stack|service|team) of (?:your|one's|its) own\b/i, "your, custom"],
  [/\bby choice\b/i, "optionally, if you want"],
  [/\bblanks?\b/i, "space"],
  [/\(\*{0,2}\?\*{0,2}\)|\*\*\?\*\*|\| \?\s+\||: \?(?:\s|$)/, "say in words what is not verified"],
  [/(?:^|[.:;|] |\*\*|- )Where\b(?![^.|\n]*\?)/m, "If, or When"],
  [/\bMust one\b|\bstands beside\b/i, "plain words"],
];

/** Made from the cases of `test/deployed/`, whose names are in their own short form. */
const EXEMPT = new Set(["bench/gateway-behaviour.md"]);

function alarmTexts(): string[] {
  return ["infra/alarms.yml"].flatMap((path) => {
    const found: string[] = [];
    collectTexts(parse(readFileSync(path, "utf8"), { merge: true }), found);
    return found;
  });
}

function collectTexts(value: unknown, found: string[]): void {
  if (typeof value !== "object" || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    if (key === "AlarmDescription" && typeof inner === "string") found.push(inner);
    else collectTexts(inner, found);
  }
}

/** A page without code, comments and headings, whose words are names or titles. */
function sentences(text: string): string {
  return (
    prose(text)
      .replace(/<!--[^]*?-->/g, "")
      .replace(/^ +```[^]*?^ +```$/gm, "")
      // The glossary names the words that are not used.
      .replace(/^## Words$[^]*?(?=^## )/gm, "")
      .replace(/^#+ .*$/gm, "")
      .replace(/\]\([^)]*\)/g, "]")
      .replace(/`[^`\n]*`/g, "CODE")
  );
}

const texts: readonly (readonly [where: string, text: string])[] = [
  ...[...guides].map(([page, text]) => [page, sentences(text)] as const),
  ...Object.entries({ ...UNAUTHORIZED_REASONS, ...DENY_REASONS, ...ERROR_REASONS }).map(
    ([reason, hint]) => [`the hint of ${reason}`, hint.replace(/`[^`]*`/g, "CODE")] as const,
  ),
  ...alarmTexts().map((text) => ["an alarm", text] as const),
];

function findingsIn(text: string): string[] {
  return RULES.flatMap(([what, instead]) => {
    const found = what.exec(text);
    if (found === null) return [];
    return [`${text.slice(Math.max(0, found.index - 20), found.index + 40).trim()} → ${instead}`];
  });
}

test("the texts are plain English: no word of the list", () => {
  expect(texts.length).toBeGreaterThan(80);
  const findings = texts
    .filter(([where]) => !EXEMPT.has(where))
    .flatMap(([where, text]) => findingsIn(text).map((finding) => `${where}: ${finding}`));
  expect(findings).toEqual([]);
});

test.each([
  "Whoever has the key",
  "nobody gets in",
  "It hands the claims on",
  "an e-mail address",
  "Where it fails, try again",
  "the limit is not known (?)",
  "a log-out",
  "a backend that is no Lambda",
  "the Lambda behind it",
  "in a stack of one's own",
])("the list finds: %s", (text) => {
  expect(findingsIn(text)).not.toEqual([]);
});

test.each(["Where is the log?", "It passes the claims on", "an email address", "If it fails, try again"])(
  "the list accepts: %s",
  (text) => {
    expect(findingsIn(text)).toEqual([]);
  },
);

const GENERATED = new Set(["docs/settings.md", "docs/reasons.md", "docs/rules.md"]);

/** What a page has outside of code, and outside of what `npm run docs` writes into it. */
function wordsByHand(text: string): number {
  const written = prose(text)
    .replace(/^ +```[^]*?^ +```$/gm, "")
    .replace(/<!-- picture: written[^]*?<!-- picture: end -->/g, "");
  return written.split(/\s+/).filter((word) => /\w/.test(word)).length;
}

test("the guides have at most 20,000 words, without those that come from the source", () => {
  const byHand = [...guides].filter(
    ([page]) => page.startsWith("docs/") && !page.startsWith("docs/api/") && !GENERATED.has(page),
  );
  const words = byHand.reduce((sum, [, text]) => sum + wordsByHand(text), 0);
  expect(words).toBeGreaterThan(10_000);
  expect(words).toBeLessThanOrEqual(20_000);
});
