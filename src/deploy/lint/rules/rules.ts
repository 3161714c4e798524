import { ERRORS } from "./errors.ts";
import { GAPS } from "./gaps.ts";
import type { RuleFinding, Severity } from "./rule.ts";
import { WARNINGS } from "./warnings.ts";

/** Every rule, in the order of what is reported. docs/cli.md lists them, and a test compares. */
export const RULES = { ...ERRORS, ...WARNINGS, ...GAPS } as const;

export type RuleName = keyof typeof RULES;

/** What one rule says about one resource of a template. */
export interface Finding extends RuleFinding {
  readonly rule: RuleName;
  readonly severity: Severity;
}

export const RULE_NAMES = Object.keys(RULES) as readonly RuleName[];

/** What is printed, and no reason to stop a deployment. */
export const HARMLESS: RuleName = "value-at-deployment";
