import { conditionsHold, type Conditions } from "./condition.ts";

/** One statement of a policy, its lists always lists. */
export interface Statement {
  readonly effect: "Allow" | "Deny";
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly conditions: Conditions;
}

export type Evaluation = "allow" | "explicit-deny" | "implicit-deny";

const ACTION = "execute-api:Invoke";
/** @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html */
const MAX_RESOURCE_LENGTH = 512;

/** The statements of a policy document; undefined where it is not one, or not one that a gateway takes. */
export function parsePolicy(document: unknown): readonly Statement[] | undefined {
  const statements = list(property(document, "Statement")).map(parseStatement);
  return statements.length > 0 && statements.every((statement) => statement !== undefined)
    ? statements
    : undefined;
}

/**
 * What a policy says about calling a method at a time: an explicit Deny wins, and without an Allow there is none.
 *
 * @param arn of the method, with the real path
 * @param time milliseconds since the epoch
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
export function evaluatePolicy(statements: readonly Statement[], arn: string, time: number): Evaluation {
  const effects = statements.filter((each) => applies(each, arn, time)).map(({ effect }) => effect);
  if (effects.includes("Deny")) return "explicit-deny";
  return effects.includes("Allow") ? "allow" : "implicit-deny";
}

function applies({ actions, resources, conditions }: Statement, arn: string, time: number): boolean {
  return (
    actions.some((action) => glob(action.toLowerCase(), ACTION.toLowerCase())) &&
    resources.some((resource) => coversArn(resource, arn)) &&
    conditionsHold(conditions, time)
  );
}

/**
 * Part by part between colons, where a part left out is any; the last part has colons and slashes of its own,
 * and a `*` there spans them.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
 */
function coversArn(resource: string, arn: string): boolean {
  if (resource === "*") return true;
  const wanted = arnParts(resource);
  return arnParts(arn).every((part, index) => glob(wanted[index] ?? "*", part));
}

function arnParts(arn: string): readonly string[] {
  const parts = arn.split(":");
  return parts.length > 6 ? [...parts.slice(0, 5), parts.slice(5).join(":")] : parts;
}

/** `*` is any run of characters, `?` one character; everything else is itself. */
function glob(pattern: string, text: string): boolean {
  const literal = pattern.replace(/[.+^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${literal.replaceAll("*", "[^]*").replaceAll("?", "[^]")}$`, "u").test(text);
}

function parseStatement(statement: unknown): Statement | undefined {
  const effect = property(statement, "Effect");
  const actions = texts(property(statement, "Action"));
  const resources = texts(property(statement, "Resource"));
  if (effect !== "Allow" && effect !== "Deny") return undefined;
  if (actions === undefined || resources === undefined) return undefined;
  if (resources.some((resource) => resource.length > MAX_RESOURCE_LENGTH)) return undefined;
  const conditions = getConditions(statement);
  return conditions && { effect, actions, resources, conditions };
}

/** None where left out; null is not left out, and makes the policy unreadable. */
function getConditions(statement: unknown): Conditions | undefined {
  const conditions = property(statement, "Condition");
  if (conditions === undefined) return {};
  return typeof conditions === "object" ? ((conditions ?? undefined) as Conditions | undefined) : undefined;
}

function texts(value: unknown): readonly string[] | undefined {
  const values = list(value);
  const isText = (item: unknown): item is string => typeof item === "string";
  return values.length > 0 && values.every(isText) ? values : undefined;
}

function list(value: unknown): readonly unknown[] {
  return value === undefined ? [] : [value].flat();
}

function property(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}
