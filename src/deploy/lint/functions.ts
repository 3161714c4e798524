import { at, type Rule, type Scope } from "./rule.ts";
import {
  getCallsOne,
  getRef,
  references,
  getResources,
  type NamedResource,
  type Template,
} from "./cloudformation.ts";

/** API Gateway waits for the authorizer of an HTTP API no longer. */
const MAX_TIMEOUT_SECONDS = 10;

export const longTimeouts: Rule = (template, scope) =>
  getFunctions(template, scope)
    .filter(({ properties }) => Number(properties["Timeout"] ?? 3) > MAX_TIMEOUT_SECONDS)
    .map(at(`may run for longer than ${MAX_TIMEOUT_SECONDS} s, when nobody waits any more`));

export const endlessLogs: Rule = (template, scope) =>
  getFunctions(template, scope).flatMap((lambda) => {
    const group = getLogGroup(template, lambda);
    if (group === undefined)
      return [
        at("has no log group in this template, so Lambda makes one that keeps its lines for ever")(lambda),
      ];
    return group.properties["RetentionInDays"] === undefined ? [at("keeps its lines for ever")(group)] : [];
  });

export const otherProcessors: Rule = (template, scope) =>
  getFunctions(template, scope)
    .filter(({ properties }) => JSON.stringify(properties["Architectures"]) !== '["arm64"]')
    .map(at("does not run on arm64, which costs a fifth less"));

export const wideRoles: Rule = (template, scope) =>
  getRoles(template, getFunctions(template, scope))
    .filter(({ properties }) => getStatements(properties).some(isTooWide))
    .map(at("may do more than what is named: it has a wildcard"));

/** An authorizer that may not read its table of revocations answers 500, and a writer that may not write loses them. */
export const unreachableTables: Rule = (template, scope) =>
  getFunctions(template, scope)
    .filter(({ properties }) => hasTable(properties))
    .flatMap((lambda) => {
      const action = isWriter(lambda) ? "dynamodb:UpdateItem" : "dynamodb:BatchGetItem";
      const roles = getRoles(template, [lambda]);
      const isMissing = roles.length > 0 && !roles.some(({ properties }) => allows(properties, action));
      return isMissing ? [at(`has REVOCATION_TABLE and a role without ${action}`)(lambda)] : [];
    });

/** Of the functions, and of those of other stacks. */
export const openPermissions: Rule = (template, { functions }) =>
  getResources(template, "AWS::Lambda::Permission")
    .filter(({ properties }) => getCallsOne(functions, template, properties["FunctionName"]))
    .filter(({ properties }) => properties["SourceArn"] === undefined && !isOfFunctionUrl(properties))
    .map(at("lets any API of anybody call the function"));

/** The endpoint for logout tokens is open to everybody, and lets nobody in. */
function isOfFunctionUrl(properties: NamedResource["properties"]): boolean {
  return properties["FunctionUrlAuthType"] !== undefined || properties["InvokedViaFunctionUrl"] === true;
}

/** The roles of functions, and policies that are attached to these. */
function getRoles(template: Template, functions: readonly NamedResource[]): NamedResource[] {
  const roles = new Set(functions.flatMap(({ properties }) => references(properties["Role"])));
  return getResources(template, "AWS::IAM::Role", "AWS::IAM::Policy").filter(({ name, properties }) =>
    [name, ...references(properties["Roles"])].some((role) => roles.has(role)),
  );
}

function hasTable(properties: NamedResource["properties"]): boolean {
  const { Variables = {} } = (properties["Environment"] ?? {}) as { Variables?: Record<string, unknown> };
  return Boolean(Variables["REVOCATION_TABLE"]);
}

/** Whether a function writes revocations. */
export function isWriter({ properties }: NamedResource): boolean {
  return /(?:revoke-on-event|back-channel-logout)\.handler$/.test(String(properties["Handler"]));
}

function allows(properties: NamedResource["properties"], action: string): boolean {
  return getStatements(properties).some(
    ({ Effect, Action }) => Effect === "Allow" && [Action].flat().includes(action),
  );
}

function getFunctions(template: Template, { functions }: Scope): NamedResource[] {
  return getResources(template, "AWS::Lambda::Function").filter(({ name }) => functions.has(name));
}

/** By its name, as Serverless has it, or named by the function, as CDK has it. */
function getLogGroup(template: Template, { properties }: NamedResource): NamedResource | undefined {
  const { LogGroup } = (properties["LoggingConfig"] ?? {}) as { LogGroup?: unknown };
  const name = `/aws/lambda/${String(properties["FunctionName"])}`;
  return getResources(template, "AWS::Logs::LogGroup").find(
    (group) => group.name === getRef(LogGroup) || group.properties["LogGroupName"] === name,
  );
}

interface Statement {
  readonly Effect?: unknown;
  readonly Action?: unknown;
  readonly Resource?: unknown;
  readonly NotAction?: unknown;
  readonly NotResource?: unknown;
}

function getStatements(properties: NamedResource["properties"]): Statement[] {
  const policies = [properties, ...((properties["Policies"] ?? []) as Record<string, unknown>[])];
  return policies.flatMap(({ PolicyDocument }) => {
    const { Statement = [] } = (PolicyDocument ?? {}) as { Statement?: Statement | Statement[] };
    return [Statement].flat();
  });
}

/** A log group's own ARN ends in `:*`, which means its streams; any other wildcard means more than one thing. */
function isTooWide({ Effect, Action, Resource, NotAction, NotResource }: Statement): boolean {
  if (Effect === "Deny") return false;
  if (NotAction !== undefined || NotResource !== undefined) return true;
  const resources = [Resource].flat().map((resource) => JSON.stringify(resource).replace(/:\*"/g, '"'));
  return JSON.stringify(Action).includes("*") || resources.some((resource) => resource.includes("*"));
}
