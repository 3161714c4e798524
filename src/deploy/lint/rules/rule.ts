import type { Authorizer, LambdaFunction, Model, Route } from "../model.ts";
import { getWhyUnknown, isOpen, toRecord, toText, type Properties } from "../values.ts";

/** `error`: certain and serious. `warning`: odd. `not checked`: could not be read. */
export type Severity = "error" | "warning" | "not checked";

/** What one rule says about one resource, without the name of the rule. */
export interface RuleFinding {
  /** The logical ID, with the nested stack before. */
  readonly resource: string;
  /** As API Gateway writes it: `GET /orders/{id}`. */
  readonly route?: string;
  /** What was found, as a sentence without its full stop. */
  readonly found: string;
  /** Where it is less certain than the rule usually is. */
  readonly severity?: Severity;
}

/** What the rules look at. */
export interface Scope {
  readonly model: Model;
  /** Routes that are meant to have no authorizer: `GET /health`, `$connect`. */
  readonly publicRoutes: readonly string[];
  /** Functions that are this authorizer. */
  readonly ours: readonly LambdaFunction[];
  /** The same, of another template that is checked together with these: its own check looks at their settings. */
  readonly oursElsewhere: readonly LambdaFunction[];
  /** Functions that the rules about functions look at. */
  readonly functions: readonly LambdaFunction[];
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export interface Rule {
  readonly severity: Severity;
  /** What is wrong, in a few words. */
  readonly title: string;
  /** What happens if nothing is done. */
  readonly why: string;
  /** What to write. */
  readonly fix: string;
  readonly check: Check;
}

export type Check = (scope: Scope) => readonly RuleFinding[];

/** A preflight has no token. On a REST API with a backend there is a rule for it. */
export function isPreflight({ key, guard }: Route): boolean {
  return key.startsWith("OPTIONS ") && guard.kind === "none";
}

export function isGuarded({ guard }: Route): boolean {
  return guard.kind === "lambda" || guard.kind === "aws";
}

export function isOurs(scope: Scope, authorizer: Authorizer): boolean {
  return findOurs(scope, authorizer) !== undefined;
}

/** The function that an authorizer calls, where it is this one. */
export function findOurs(scope: Scope, authorizer: Authorizer): LambdaFunction | undefined {
  return getAllOurs(scope).find((lambda) => calls(authorizer, lambda));
}

/** The functions that are this authorizer, wherever they are defined. */
export function getAllOurs({ ours, oursElsewhere }: Scope): readonly LambdaFunction[] {
  return [...ours, ...oursElsewhere];
}

export function calls({ function: called, imported }: Authorizer, { id }: LambdaFunction): boolean {
  return called === id || imported?.id === id;
}

/** Whether a part of the templates was not found, so that what seems to be missing may be there. */
export function isIncomplete({ model }: Scope): boolean {
  return model.unread.some(({ rule }) => rule === "template-not-read");
}

/** Functions behind routes that ask for something. */
export function getGuardedFunctions({ model }: Scope): ReadonlySet<string> {
  return new Set(model.routes.filter(isGuarded).flatMap(({ backend }) => backend.function ?? []));
}

export function getVariables({ properties }: LambdaFunction): Properties {
  return toRecord(toRecord(properties["Environment"])["Variables"]);
}

/** A function's environment: what is known, and why the rest is not; empty for the name of a resource. */
export function readEnvironment(lambda: LambdaFunction): {
  readonly texts: Record<string, string>;
  readonly unknown: Readonly<Record<string, string>>;
} {
  const texts: Record<string, string> = {};
  const unknown: Record<string, string> = {};
  for (const [name, value] of Object.entries(getVariables(lambda))) {
    const text = toText(value);
    if (text !== undefined && !isOpen(text)) texts[name] = text;
    else unknown[name] = getWhyUnknown(value) ?? "";
  }
  return { texts, unknown };
}
