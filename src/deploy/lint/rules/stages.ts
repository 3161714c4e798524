import { AUDIENCES_VARIABLE } from "../../../apigateway/stage-variables.ts";
import { getVariable } from "../../../settings/settings.ts";
import type { LambdaFunction, Stage } from "../model.ts";
import { getWhyUnknown, isOpen, toText } from "../values.ts";
import {
  calls,
  getAllOurs,
  isIncomplete,
  readEnvironment,
  type Check,
  type RuleFinding,
  type Scope,
} from "./rule.ts";

/** An API that does not say which audiences count there, or names one that no setting has: every call is answered 500. */
export const stagesWithoutAudiences: Check = (scope) =>
  getAllOurs(scope).flatMap((lambda) => {
    const isShared = isSetShared(lambda);
    const known = readAudiences(lambda);
    return scope.model.authorizers
      .filter((authorizer) => calls(authorizer, lambda))
      .flatMap((authorizer): RuleFinding[] => {
        if (isShared && authorizer.isToken)
          return [
            {
              resource: authorizer.id,
              found: "it is of the type TOKEN, whose events have no stage variables",
            },
          ];
        const stages = scope.model.stages.filter(({ api }) => api === authorizer.api);
        if (isShared && stages.length === 0)
          return [toUncertain(authorizer.id, "its API has no stage in what was read")];
        return stages.flatMap((stage) => checkStage(stage, { lambda, isShared, known }, scope));
      });
  });

interface Shared {
  readonly lambda: LambdaFunction;
  readonly isShared: boolean;
  /** Undefined if a part of the settings is known only at deployment. */
  readonly known: readonly string[] | undefined;
}

function checkStage(
  { id, variables }: Stage,
  { lambda, isShared, known }: Shared,
  scope: Scope,
): RuleFinding[] {
  const value = variables?.[AUDIENCES_VARIABLE];
  if (variables === undefined || getWhyUnknown(value) !== undefined)
    return isShared ? [toUncertain(id, `${AUDIENCES_VARIABLE} is known only at deployment`)] : [];
  if (value !== undefined) return checkAudiences(id, toText(value) ?? "", lambda, known);
  if (!isShared) return [];
  const found = `it has no stage variable ${AUDIENCES_VARIABLE}, and ${lambda.id} is shared`;
  return [isIncomplete(scope) ? toUncertain(id, found) : { resource: id, found }];
}

function checkAudiences(
  resource: string,
  text: string,
  lambda: LambdaFunction,
  known: readonly string[] | undefined,
): RuleFinding[] {
  if (known === undefined || isOpen(text)) return [];
  const items = text.split(",").map((item) => item.trim());
  const others = items.filter((item) => !known.includes(item));
  if (others.length === 0) return [];
  const named = others.filter(Boolean).join(", ") || "nothing";
  return [{ resource, found: `${AUDIENCES_VARIABLE} names ${named}, which no setting of ${lambda.id} has` }];
}

function toUncertain(resource: string, found: string): RuleFinding {
  return { resource, found, severity: "not checked" };
}

function isSetShared(lambda: LambdaFunction): boolean {
  return readEnvironment(lambda).texts[getVariable("shared")]?.trim() === "true";
}

function readAudiences(lambda: LambdaFunction): readonly string[] | undefined {
  const { texts, unknown } = readEnvironment(lambda);
  const variables = [getVariable("audiences"), getVariable("clientIds")];
  if (variables.some((name) => name in unknown)) return undefined;
  return variables
    .flatMap((name) => (texts[name] ?? "").split(",").map((item) => item.trim()))
    .filter(Boolean);
}
