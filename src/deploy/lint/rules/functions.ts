import { posix } from "node:path";
import { getVariable } from "../../../settings/settings.ts";
import { WRITER_HANDLERS } from "../../package/function-files.ts";
import type { LambdaFunction, LogGroup, Permission, Role } from "../model.ts";
import { getReference, isOpen, toList, toRecord, toText, type Properties } from "../values.ts";
import { getGuardedFunctions, getVariables, type Check, type Scope } from "./rule.ts";

const TABLE = getVariable("revocationTable");
/** API Gateway waits for the authorizer of an HTTP API no longer. */
const MAX_TIMEOUT_SECONDS = 10;
const DEFAULT_TIMEOUT_SECONDS = 3;

export const longTimeouts: Check = ({ functions }) =>
  functions
    .map(({ id, properties }) => ({ id, timeout: Number(properties["Timeout"] ?? DEFAULT_TIMEOUT_SECONDS) }))
    .filter(({ timeout }) => timeout > MAX_TIMEOUT_SECONDS)
    .map(({ id, timeout }) => ({ resource: id, found: `it may run for ${timeout} s` }));

export const endlessLogs: Check = ({ functions, model }) =>
  functions.flatMap((lambda) => {
    const group = getLogGroup(model.logGroups, lambda);
    if (group === undefined) return [{ resource: lambda.id, found: "it has no log group in this template" }];
    return group.isKeptForEver ? [{ resource: group.id, found: "it has no RetentionInDays" }] : [];
  });

/** An architecture that is written out was chosen. */
export const otherProcessors: Check = ({ functions }) =>
  functions
    .filter(({ properties }) => properties["Architectures"] === undefined)
    .map(({ id }) => ({ resource: id, found: "it has no Architectures, so it runs on x86_64" }));

export const wideRoles: Check = (scope) =>
  getRoles(scope, scope.functions).flatMap(({ id, statements, excesses }) => {
    const wildcards = statements.some(isTooWide) ? ["a statement of it has a wildcard"] : [];
    return [...wildcards, ...excesses].map((found) => ({ resource: id, found }));
  });

/** An authorizer that may not read its table of revocations answers 500, and a writer that may not write loses them. */
export const unreachableTables: Check = (scope) =>
  scope.functions
    .filter((lambda) => Boolean(getVariables(lambda)[TABLE]))
    .flatMap((lambda) => {
      const action = isWriter(lambda) ? "dynamodb:UpdateItem" : "dynamodb:BatchGetItem";
      const roles = getRoles(scope, [lambda]);
      const isKnown = roles.length > 0 && roles.every(({ isComplete }) => isComplete);
      if (!isKnown || roles.some(({ statements }) => statements.some((each) => allows(each, action))))
        return [];
      return [{ resource: lambda.id, found: `it has ${TABLE} and a role without ${action}` }];
    });

/**
 * In a global table the last write of an item wins, and conditions hold in one region only.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/V2globaltables_HowItWorks.html
 */
export const secondWriters: Check = ({ model }) =>
  model.functions
    .filter((lambda) => isWriter(lambda) && getReference(getVariables(lambda)[TABLE]) === undefined)
    .map(({ id }) => ({ resource: id, found: "it writes revocations into a table of another stack" }));

export const publicPermissions: Check = (scope) =>
  getOpenPermissions(scope)
    .filter(({ principal }) => principal === "*")
    .map(({ id, function: called }) => ({
      resource: id,
      found: `any account may call ${called ?? "the function"}`,
    }));

export const anyApiPermissions: Check = (scope) =>
  getOpenPermissions(scope)
    .filter(({ principal }) => principal === "apigateway.amazonaws.com")
    .map(({ id, function: called }) => ({
      resource: id,
      found: `any API of any account may call ${called ?? "the function"}`,
    }));

export const unreadPermissions: Check = (scope) => [
  ...getOpenPermissions(scope)
    .filter(({ principal }) => principal === undefined)
    .map(({ id }) => ({ resource: id, found: "its principal is known only at deployment" })),
  ...scope.model.urls
    .filter(
      ({ authType, function: called }) =>
        authType === undefined && getGuardedFunctions(scope).has(called ?? ""),
    )
    .map(({ id }) => ({ resource: id, found: "its AuthType is known only at deployment" })),
];

export const guardedFunctionUrls: Check = (scope) =>
  scope.model.urls
    .filter(
      ({ authType, function: called }) => authType === "NONE" && getGuardedFunctions(scope).has(called ?? ""),
    )
    .map(({ id, function: called }) => ({
      resource: id,
      found: `${called ?? ""} is behind an authorizer, and also has an address without one`,
    }));

export const openFunctionUrls: Check = (scope) =>
  scope.model.urls
    .filter(
      ({ authType, function: called }) =>
        authType === "NONE" && !getGuardedFunctions(scope).has(called ?? ""),
    )
    .filter(
      ({ function: called }) => !scope.model.functions.some((each) => each.id === called && isWriter(each)),
    )
    .map(({ id, function: called }) => ({
      resource: id,
      found: `${called ?? "the function"} has an address without an authorizer`,
    }));

/** To call this authorizer, a function behind one, or a function of another stack, from wherever. */
function getOpenPermissions(scope: Scope): Permission[] {
  const guarded = getGuardedFunctions(scope);
  return scope.model.permissions
    .filter(({ hasSource, isOfUrl }) => !hasSource && !isOfUrl)
    .filter(
      ({ function: called }) =>
        called === undefined || guarded.has(called) || scope.functions.some(({ id }) => id === called),
    );
}

/** The roles of functions, and policies that are attached to these. */
function getRoles({ model }: Scope, functions: readonly LambdaFunction[]): Role[] {
  const roles = new Set(functions.flatMap(({ role }) => role ?? []));
  return model.roles.filter((role) => role.roles.some((id) => roles.has(id)));
}

function isWriter({ properties }: LambdaFunction): boolean {
  return WRITER_HANDLERS.includes(posix.basename(String(properties["Handler"])));
}

function allows({ Effect, Action, NotAction }: Properties, action: string): boolean {
  if (Effect !== "Allow") return false;
  return NotAction !== undefined || toList(Action).some((pattern) => matches(String(pattern), action));
}

/** `dynamodb:Batch*` means `dynamodb:BatchGetItem` too. */
function matches(pattern: string, action: string): boolean {
  const [start = "", ...rest] = pattern.toLowerCase().split("*");
  const lower = action.toLowerCase();
  return rest.length === 0 ? lower === start : lower.startsWith(start) && lower.endsWith(rest.at(-1) ?? "");
}

/** By its name, as Serverless has it, or named by the function, as CDK has it. */
function getLogGroup(groups: readonly LogGroup[], { id, properties }: LambdaFunction): LogGroup | undefined {
  const named = toRecord(properties["LoggingConfig"])["LogGroup"];
  const names = [toText(properties["FunctionName"]), `⟦${id}⟧`].map((name) => `/aws/lambda/${name ?? ""}`);
  return groups.find(
    (group) =>
      group.id === getReference(named) ||
      (named !== undefined && group.name === named) ||
      names.includes(group.name),
  );
}

/** A log group's own ARN ends in `:*`, which means its streams; any other wildcard means more than one thing. */
function isTooWide({ Effect, Action, Resource, NotAction, NotResource }: Properties): boolean {
  if (Effect === "Deny") return false;
  if (NotAction !== undefined || NotResource !== undefined) return true;
  const resources = toList(Resource).map((resource) => (toText(resource) ?? "").replace(/:\*$/, ""));
  return [...toList(Action), ...resources].some((text) => String(text).includes("*"));
}

/** How many characters a function's name may have: https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html */
export const MAX_NAME_LENGTH = 64;

export const longNames: Check = ({ functions }) =>
  functions
    .map(({ id, properties }) => ({ id, name: toText(properties["FunctionName"]) ?? "" }))
    .filter(({ name }) => !isOpen(name) && name.length > MAX_NAME_LENGTH)
    .map(({ id, name }) => ({ resource: id, found: `its name has ${name.length} characters: ${name}` }));
