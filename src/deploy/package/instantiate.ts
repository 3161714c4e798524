import type { Template } from "../lint/cloudformation.ts";

/** Parts of a template. */
export type Fragment = Partial<Pick<Template, "Parameters" | "Conditions" | "Resources" | "Outputs">>;

/** Values of a template's parameters; also of other names that it refers to, such as a resource of the stack around it. */
export type Values = Readonly<Record<string, unknown>>;

interface Entry {
  readonly Condition?: string;
  readonly DependsOn?: string | readonly string[];
}

interface Context {
  readonly template: Template;
  readonly values: Values;
  readonly rename: (id: string) => string;
}

type Pair = readonly [name: string, value: unknown];

/**
 * The resources and outputs of a template as part of a stack that is written by code: parameters have their values,
 * conditions are decided, and what a false one leaves out is not there.
 *
 * A value that only a deployment knows, such as `{ Ref: … }`, is not equal to any string: it counts as given.
 *
 * @param values without one, a parameter has its default
 * @param rename a resource's logical ID in that stack
 * @throws Error where a parameter has neither a value nor a default
 */
export function instantiate(
  template: Template,
  values: Values,
  rename: (id: string) => string = (id) => id,
): Required<Pick<Fragment, "Resources" | "Outputs">> {
  const context = { template, values, rename };
  const kept = (section: Values): (readonly [string, Entry])[] =>
    (Object.entries(section) as [string, Entry][]).filter(([, { Condition }]) => isTrue(Condition, context));
  const resources = kept(template.Resources);
  const ids = resources.map(([id]) => id);
  return {
    Resources: Object.fromEntries(
      resources.map(([id, entry]) => [rename(id), toResource(entry, ids, context)]),
    ) as Template["Resources"],
    Outputs: Object.fromEntries(
      kept(template.Outputs ?? {}).map(([name, entry]) => [name, toResource(entry, ids, context)]),
    ),
  };
}

/** The values of outputs: those of another template's parameters, by the same names. */
export function toValues(outputs: Values): Values {
  const entries = Object.entries(outputs) as [string, { readonly Value: unknown }][];
  return Object.fromEntries(entries.map(([name, { Value }]) => [name, Value]));
}

function toResource(entry: Entry, ids: readonly string[], context: Context): unknown {
  const rest = Object.entries(entry).filter(([name]) => name !== "Condition" && name !== "DependsOn");
  const others = [entry.DependsOn ?? []].flat().filter((id) => ids.includes(id));
  return {
    ...(resolve(Object.fromEntries(rest), context) as object),
    ...(others.length > 0 && { DependsOn: others.map(context.rename) }),
  };
}

/** A copy with values in place of parameters and `Fn::If`; undefined where there is none (`AWS::NoValue`). */
function resolve(value: unknown, context: Context): unknown {
  if (Array.isArray(value))
    return value.map((item) => resolve(item, context)).filter((item) => item !== undefined);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value) as Pair[];
  const [[name, of] = ["", undefined]] = entries;
  if (entries.length === 1) {
    if (name === "Ref") return resolveRef(String(of), context);
    if (name === "Fn::GetAtt") return { [name]: renameFirst(of as string[], context) };
    if (name === "Fn::If") return resolveIf(of as [string, unknown, unknown], context);
    if (name === "Fn::Sub") return resolveSub(of, context);
  }
  const resolved = entries.map(([key, item]) => [key, resolve(item, context)] as const);
  return Object.fromEntries(resolved.filter(([, item]) => item !== undefined));
}

function resolveRef(name: string, context: Context): unknown {
  if (name === "AWS::NoValue") return undefined;
  return isKnown(name, context) ? getValue(name, context) : { Ref: renameOwn(name, context) };
}

function resolveIf([condition, yes, no]: readonly [string, unknown, unknown], context: Context): unknown {
  return resolve(isTrue(condition, context) ? yes : no, context);
}

/** A string where nothing is left that only CloudFormation knows. */
function resolveSub(given: unknown, context: Context): unknown {
  const [text, named = {}] = [given].flat() as [string, Values?];
  const placeholders = new Set<string>();
  const open: Record<string, unknown> = {};
  const filled = text.replace(/\$\{([\w:.]+)\}/g, (_, name: string) => {
    const value = valueInSub(name, named, context);
    if (typeof value === "string" || typeof value === "number") return String(value);
    const inner = toPlaceholder(value as Values);
    if (inner === undefined) open[name] = value;
    placeholders.add(inner ?? `\${${name}}`);
    return inner ?? `\${${name}}`;
  });
  if (placeholders.size === 0) return filled;
  return { "Fn::Sub": Object.keys(open).length === 0 ? filled : [filled, open] };
}

function valueInSub(name: string, named: Values, context: Context): unknown {
  if (name in named) return resolve(named[name], context);
  const [id = "", ...attribute] = name.split(".");
  if (attribute.length === 0) return resolveRef(id, context);
  return { "Fn::GetAtt": renameFirst([id, attribute.join(".")], context) };
}

/** How a text for `Fn::Sub` has this value, where it can. */
function toPlaceholder(value: Values): string | undefined {
  if (typeof value["Ref"] === "string") return `\${${value["Ref"]}}`;
  if (Array.isArray(value["Fn::GetAtt"])) return `\${${value["Fn::GetAtt"].join(".")}}`;
  return typeof value["Fn::Sub"] === "string" ? value["Fn::Sub"] : undefined;
}

function isTrue(condition: unknown, context: Context): boolean {
  if (condition === undefined) return true;
  if (typeof condition === "string") return isTrue(context.template.Conditions?.[condition], context);
  const [[kind, of] = ["", []]] = Object.entries(condition as object) as [string, unknown][];
  const parts = [of].flat();
  switch (kind) {
    case "Condition":
      return isTrue(parts[0], context);
    case "Fn::Not":
      return !isTrue(parts[0], context);
    case "Fn::And":
      return parts.every((part) => isTrue(part, context));
    case "Fn::Or":
      return parts.some((part) => isTrue(part, context));
    case "Fn::Equals":
      return isEqual(parts.map((part) => resolve(part, context)));
    default:
      throw new Error(`no condition of this package has ${kind}`);
  }
}

/** Numbers are equal to the strings that CloudFormation makes of them. */
function isEqual(values: readonly unknown[]): boolean {
  const [left, right] = values.map((value) => (typeof value === "number" ? String(value) : value));
  return typeof left === "string" && left === right;
}

function isKnown(name: string, { template, values }: Context): boolean {
  return name in values || name in (template.Parameters ?? {});
}

function getValue(name: string, { template, values }: Context): unknown {
  const { Default } = (template.Parameters?.[name] ?? {}) as { readonly Default?: unknown };
  const value = values[name] ?? Default;
  if (value === undefined) throw new Error(`the parameter ${name} has no value`);
  return value;
}

function renameOwn(id: string, { template, rename }: Context): string {
  return id in template.Resources ? rename(id) : id;
}

function renameFirst([id = "", ...attribute]: readonly string[], context: Context): string[] {
  return [renameOwn(id, context), ...attribute];
}
