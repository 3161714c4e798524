import type { Template } from "./cloudformation.ts";
import { isOpen, Unknown, toList, toRecord, toReference, toText, type Properties } from "./values.ts";

/** Finds a file that a template names, such as a nested template, and parses it; undefined where there is none. */
export type Load = (location: string) => unknown;

/** A template with what its values mean: it may be nested in another, which gives it parameters. */
export interface Stack {
  /** What stands before the logical IDs in findings: empty for the root, `Users/` for a nested or an exporting stack. */
  readonly prefix: string;
  readonly template: Template;
  readonly parent?: { readonly stack: Stack; readonly parameters: Properties };
  readonly children: Map<string, Stack>;
  /** Values that the templates that are checked together export, by name. */
  readonly exports: ReadonlyMap<string, readonly [stack: Stack, value: unknown]>;
  readonly load: Load;
}

export interface EvaluateOptions {
  /** Whether a parameter without a value has its default. A guard must not depend on one, so it is `false` there. */
  readonly useDefaults: boolean;
}

type Evaluate = (value: unknown) => unknown;
interface Context {
  readonly stack: Stack;
  readonly inner: Evaluate;
  readonly options: EvaluateOptions;
}

type Intrinsic = (argument: unknown, context: Context) => unknown;

const NO_VALUE = "⟦AWS::NoValue⟧";
/** Deeper than any template, and less than what fills the call stack. */
const MAX_DEPTH = 200;

/** What a value of a template means, as far as it is known before a deployment: see `values.ts`. */
export function evaluate(
  stack: Stack,
  value: unknown,
  options: EvaluateOptions = { useDefaults: true },
  depth = 0,
): unknown {
  if (depth > MAX_DEPTH) return new Unknown("a value that is nested too deep");
  const inner: Evaluate = (part) => evaluate(stack, part, options, depth + 1);
  if (typeof value === "string")
    return value.includes("{{resolve:") ? new Unknown("a dynamic reference") : value;
  if (typeof value !== "object" || value === null || value instanceof Unknown) return value ?? undefined;
  if (Array.isArray(value)) return value.map(inner).filter(isThere);
  return evaluateObject(value as Properties, { stack, inner, options });
}

/** An intrinsic function stands alone in its object. */
function evaluateObject(value: Properties, context: Context): unknown {
  const [[name, argument] = ["", undefined], ...others] = Object.entries(value);
  const intrinsic = others.length === 0 && Object.hasOwn(INTRINSICS, name) ? INTRINSICS[name] : undefined;
  if (intrinsic !== undefined) return intrinsic(argument, context);
  const members = Object.entries(value).map(([key, part]) => [key, context.inner(part)] as const);
  return Object.fromEntries(members.filter(([, part]) => isThere(part)));
}

function isThere(value: unknown): boolean {
  return value !== undefined && value !== NO_VALUE;
}

const INTRINSICS: Readonly<Record<string, Intrinsic>> = {
  Ref: (argument, { stack, options }) => resolve(String(argument), stack, options),
  "Fn::GetAtt": (argument, { stack, options }) => {
    const [id = "", ...attribute] = Array.isArray(argument)
      ? argument.map(String)
      : String(argument).split(".");
    return resolve(`${id}.${attribute.join(".")}`, stack, options);
  },
  "Fn::Sub": (argument, { stack, inner, options }) => {
    const [text, variables] = toList(argument);
    return substitute(String(text), toRecord(inner(variables)), stack, options);
  },
  "Fn::Join": (argument, { inner }) => {
    const [separator, parts] = toList(argument);
    const values = inner(parts);
    return Array.isArray(values) ? values.map(toPart).join(String(separator)) : new Unknown("Fn::Join");
  },
  "Fn::If": (argument, { stack, inner }) => {
    const [condition, yes, no] = toList(argument);
    const decision = getDecision(stack, String(condition));
    if (decision !== undefined) return inner(decision ? yes : no);
    const [left, right] = [inner(yes), inner(no)].map((part) => (part === NO_VALUE ? undefined : part));
    if (JSON.stringify(left) === JSON.stringify(right)) return left;
    return new Unknown(`the condition ${String(condition)}`, [left, right]);
  },
  "Fn::ImportValue": (argument, { stack, inner }) => {
    const name = toText(inner(argument)) ?? "";
    const [exporter, value] = stack.exports.get(name) ?? [];
    return exporter === undefined
      ? new Unknown(`the import of ${toReadable(name) || "another stack's value"}`)
      : evaluate(exporter, value);
  },
  "Fn::FindInMap": (argument, { stack, inner }) => {
    const [map, first, second] = toList(inner(argument)).map(String);
    const row = toRecord(toRecord(toRecord(toRecord(stack.template)["Mappings"])[map ?? ""])[first ?? ""]);
    return row[second ?? ""] ?? new Unknown(`the mapping ${toReadable(map ?? "")}`);
  },
  "Fn::Select": (argument, { inner }) => {
    const [index, list] = toList(inner(argument));
    if (list instanceof Unknown) return list;
    return Array.isArray(list) ? (list as unknown[])[Number(index)] : new Unknown("Fn::Select");
  },
  "Fn::Split": (argument, { inner }) => {
    const [separator, text] = toList(inner(argument));
    if (text instanceof Unknown) return text;
    return typeof text === "string" ? text.split(String(separator)) : new Unknown("Fn::Split");
  },
  "Fn::Transform": (argument, { stack, inner }) => {
    const { Name, Parameters } = toRecord(argument);
    const location = Name === "AWS::Include" ? toText(inner(toRecord(Parameters)["Location"])) : undefined;
    // `sam package` uploads a file beside the template and replaces its path; until then it can be read.
    const included = location === undefined ? undefined : stack.load(location);
    return included === undefined ? new Unknown("Fn::Transform") : inner(included);
  },
  ...Object.fromEntries(
    ["Base64", "GetAZs", "Cidr", "ToJsonString", "Length", "GetStackOutput"].map((name) => [
      `Fn::${name}`,
      () => new Unknown(`Fn::${name}`),
    ]),
  ),
};

/** A parameter's value, another template's output, or a reference that stays. */
function resolve(name: string, stack: Stack, options: EvaluateOptions): unknown {
  const [id = "", ...attribute] = name.split(".");
  const parameter = toRecord(stack.template.Parameters)[id];
  if (parameter !== undefined && attribute.length === 0)
    return resolveParameter(id, toRecord(parameter), stack, options);
  const child = stack.children.get(id);
  if (child !== undefined && attribute[0] === "Outputs") {
    const output = toRecord(toRecord(child.template.Outputs)[attribute[1] ?? ""]);
    return evaluate(child, output["Value"], options) ?? new Unknown(`the output ${name}`);
  }
  if (id.startsWith("AWS::")) return toReference(id);
  // A transform adds resources: SAM a `ServerlessRestApi`, for one.
  if (!Object.hasOwn(stack.template.Resources, id) && toRecord(stack.template)["Transform"] === undefined)
    return new Unknown(`${name}, which is not in the template`);
  if (attribute[0] === "Outputs") return new Unknown(`the output ${name}`);
  return toReference(stack.prefix + id, attribute.join("."));
}

function resolveParameter(
  id: string,
  parameter: Properties,
  { parent }: Stack,
  options: EvaluateOptions,
): unknown {
  if (parent !== undefined && Object.hasOwn(parent.parameters, id))
    return evaluate(parent.stack, parent.parameters[id], options);
  const { Default, Type } = parameter;
  const isOfParameterStore = String(Type).startsWith("AWS::SSM::");
  // An empty default is there to be replaced.
  if (Default === undefined || Default === "" || isOfParameterStore || !options.useDefaults)
    return new Unknown(`the parameter ${id}`);
  return String(Type).includes("List") ? (toText(Default) ?? "").split(",") : toText(Default);
}

function substitute(text: string, variables: Properties, stack: Stack, options: EvaluateOptions): unknown {
  if (text.includes("{{resolve:")) return new Unknown("a dynamic reference");
  return text.replace(/\$\{(!?)\s*([^}]*?)\s*\}/g, (_, literal: string, name: string) => {
    if (literal !== "") return `\${${name}}`;
    return toPart(Object.hasOwn(variables, name) ? variables[name] : resolve(name, stack, options));
  });
}

function toPart(value: unknown): string {
  return toText(value) ?? `⟦?${value instanceof Unknown ? value.why : "a value"}⟧`;
}

function toReadable(text: string): string {
  return text.replace(/⟦\??([^⟧]*)⟧/g, "$1");
}

/** More conditions than refer to each other, unless in a circle. */
const MAX_CONDITIONS = 50;

/** Whether a condition of a template always holds, or never; undefined if that depends on the deployment. */
function getDecision(stack: Stack, name: string, depth = 0): boolean | undefined {
  const condition = toRecord(stack.template.Conditions)[name];
  return condition === undefined || depth > MAX_CONDITIONS ? undefined : decide(stack, condition, depth);
}

function decide(stack: Stack, condition: unknown, depth: number): boolean | undefined {
  const [[name, argument] = ["", undefined]] = Object.entries(toRecord(condition));
  const inner = toList(argument).map((part) =>
    depth > MAX_CONDITIONS ? undefined : () => decide(stack, part, depth + 1),
  );
  const decisions = (): (boolean | undefined)[] => inner.map((part) => part?.());
  switch (name) {
    case "Condition":
      return getDecision(stack, String(argument), depth + 1);
    case "Fn::Not":
      return negate(decisions()[0]);
    case "Fn::And":
      return decisions().includes(false) ? false : decisions().includes(undefined) ? undefined : true;
    case "Fn::Or":
      return decisions().includes(true) ? true : decisions().includes(undefined) ? undefined : false;
    case "Fn::Equals":
      return areEqual(stack, toList(argument));
    default:
      return undefined;
  }
}

function negate(decision: boolean | undefined): boolean | undefined {
  return decision === undefined ? undefined : !decision;
}

/** A default does not decide: a deployment may give the parameter another value. */
function areEqual(stack: Stack, sides: readonly unknown[]): boolean | undefined {
  const [left, right] = sides.map((side) => toText(evaluate(stack, side, { useDefaults: false })));
  if (left === undefined || right === undefined || isOpen(left) || isOpen(right)) return undefined;
  return left === right;
}
