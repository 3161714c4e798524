import { applyAcceptances, type Acceptance } from "./accept.ts";
import type { Template } from "./cloudformation.ts";
import type { LambdaFunction, Model } from "./model.ts";
import { readModel, type ReadOptions } from "./read/read-model.ts";
import { HARMLESS, RULE_NAMES, RULES, type Finding, type RuleName } from "./rules/rules.ts";
import { isGuarded, isPreflight, type Scope, type Severity } from "./rules/rule.ts";
import { getOurs } from "./rules/settings.ts";

export { RULE_NAMES, RULES, type Finding, type RuleName, type Severity };

export interface Options extends Partial<ReadOptions> {
  /** Rules that are left out. */
  readonly except?: readonly RuleName[];
  /** Routes that are meant to have no authorizer: `GET /health`, `$connect`. */
  readonly publicRoutes?: readonly string[];
  /** Findings that were looked at and are to be left out. */
  readonly accept?: readonly Acceptance[];
  /** Whether the rules about functions hold for all of them, and not only for those that are an authorizer. */
  readonly everyFunction?: boolean;
  /** Milliseconds since the epoch. */
  readonly now?: number;
}

/** Routes without preflights: each is guarded, public, open or not read. */
interface Counts {
  readonly routes: number;
  readonly guarded: number;
  readonly public: number;
  readonly open: number;
  readonly notRead: number;
}

export interface Report {
  /** In the order of the rules. */
  readonly findings: readonly Finding[];
  readonly counts: Counts;
  /** How many findings were accepted. */
  readonly accepted: number;
}

/**
 * What is wrong with a template, beyond what AWS would say about it, and what could not be read.
 *
 * @param template a CloudFormation template with those nested in it, or a SAM template before its transform
 */
export function checkTemplate(template: Template, options: Options = {}): Report {
  const model = readModel(template, { load: () => undefined, readFile: () => undefined, ...options });
  const { except = [], publicRoutes = [], everyFunction = false, now = Date.now() } = options;
  const ours = getOurs(model);
  const oursElsewhere = getOurs({ ...model, functions: getImported(model) });
  const functions = everyFunction ? model.functions : ours;
  const scope: Scope = { model, publicRoutes, ours, oursElsewhere, functions, now };
  const findings = RULE_NAMES.filter((rule) => !except.includes(rule)).flatMap((rule): Finding[] =>
    RULES[rule].check(scope).map((finding) => ({ rule, severity: RULES[rule].severity, ...finding })),
  );
  const { kept, unmatched } = applyAcceptances(findings, options.accept ?? []);
  return {
    findings: [...kept, ...unmatched],
    counts: count(scope),
    accepted: findings.length - kept.length,
  };
}

function getImported({ authorizers }: Model): LambdaFunction[] {
  const imported = authorizers.flatMap(({ imported: each }) => (each === undefined ? [] : [each]));
  return Array.from(new Map(imported.map((lambda) => [lambda.id, lambda])).values());
}

/** The findings of `checkTemplate`. */
export function lintTemplate(template: Template, options: Options = {}): readonly Finding[] {
  return checkTemplate(template, options).findings;
}

function count({ model, publicRoutes }: Scope): Counts {
  const routes = model.routes.filter((route) => !isPreflight(route));
  const open = routes.filter(({ guard }) => guard.kind === "none" || guard.kind === "key");
  const listed = open.filter(({ key }) => publicRoutes.includes(key));
  return {
    routes: routes.length,
    guarded: routes.filter(isGuarded).length,
    public: listed.length,
    open: open.length - listed.length,
    notRead: routes.filter(({ guard }) => guard.kind === "unknown").length,
  };
}

/** Whether a finding says that a route, an authorizer or a permission could not be read. */
export function isGap({ severity, rule }: Finding): boolean {
  return severity === "not checked" && rule !== HARMLESS;
}

/**
 * A finding on one line: `unguarded-route: GetHello: GET /hello has no authorizer. Anyone can call it …`. Without
 * characters that a terminal would obey.
 */
export function formatFinding({ rule, resource, found }: Finding): string {
  const { why, fix } = RULES[rule];
  return toPrintable(`${rule}: ${resource}: ${found}. ${why} ${fix}`);
}

/** Text of a template, which may hold anything, for a terminal. */
export function toPrintable(text: string): string {
  return text.replace(/[⟦⟧]/g, "").replace(/[\p{C}\p{Zl}\p{Zp}]/gu, "�");
}
