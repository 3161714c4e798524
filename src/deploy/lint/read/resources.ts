import { getDefinition } from "../cloudformation.ts";
import { evaluate, type Stack } from "../evaluate.ts";
import { flatten } from "../stack.ts";
import { getReferences, getWhyUnknown, toRecord, toText, Unknown, type Properties } from "../values.ts";

/** A resource of one of the templates, with its values evaluated. */
export interface Resource {
  readonly id: string;
  readonly type: string;
  readonly properties: Properties;
  readonly raw: Properties;
  readonly metadata: Properties;
  readonly stack: Stack;
}

/** The resources of all templates, and where functions and APIs are found among them. */
export interface Resources {
  readonly all: readonly Resource[];
  ofType(...types: readonly string[]): Resource[];
  /** A resource of these templates, or of one that exports to them. */
  get(id: string): Resource | undefined;
  /** The ID of the function that a value names, by reference, alias or name; undefined where it is none of these. */
  findFunction(value: unknown): string | undefined;
  /** The function that a value imports from a template which is checked together with these. */
  findImportedFunction(value: unknown): Resource | undefined;
}

const FUNCTION_TYPES = ["AWS::Lambda::Function", "AWS::Serverless::Function"];
const ALIAS_TYPES = ["AWS::Lambda::Alias", "AWS::Lambda::Version"];
/** An alias of a version of a function. */
const MAX_STEPS = 3;

export function readResources(root: Stack): Resources {
  const all = flatten(root).flatMap((stack) =>
    Object.keys(stack.template.Resources).map((id) => readResource(stack, id)),
  );
  const byId = new Map(all.map((resource) => [resource.id, resource]));
  const functions = all.filter(({ type }) => FUNCTION_TYPES.includes(type));
  const names = new Map(
    functions.flatMap(({ id, properties }) => {
      const name = toText(properties["FunctionName"]);
      return name === undefined ? [] : [[name, id] as const];
    }),
  );

  const get = (id: string): Resource | undefined => byId.get(id) ?? readExported(root, id);

  function follow(id: string, steps: number): Resource | undefined {
    const resource = get(id);
    if (resource === undefined || FUNCTION_TYPES.includes(resource.type)) return resource;
    if (!ALIAS_TYPES.includes(resource.type) || steps > MAX_STEPS) return undefined;
    return followAll(resource.properties["FunctionName"], steps + 1)[0];
  }

  /** The functions that a value refers to, of these templates and of those that export to them. */
  function followAll(value: unknown, steps = 0): Resource[] {
    return getReferences(value).flatMap((id) => follow(id, steps) ?? []);
  }

  function findByName(value: unknown): string | undefined {
    const text = toText(value) ?? "";
    const name = /:function:([^:/]+)/.exec(text)?.[1] ?? text;
    return names.get(name) ?? names.get(name.split(":")[0] ?? "");
  }

  return {
    all,
    ofType: (...types) => all.filter(({ type }) => types.includes(type)),
    get,
    findFunction: (value) => followAll(value).find(({ id }) => byId.has(id))?.id ?? findByName(value),
    findImportedFunction: (value) => followAll(value).find(({ id }) => !byId.has(id)),
  };
}

/** A resource of a stack that exports values: its ID begins with the prefix of that stack. */
function readExported({ exports }: Stack, id: string): Resource | undefined {
  for (const [exporter] of exports.values())
    for (const stack of flatten(exporter)) {
      const own = id.slice(stack.prefix.length);
      if (id.startsWith(stack.prefix) && Object.hasOwn(stack.template.Resources, own))
        return readResource(stack, own);
    }
  return undefined;
}

function readResource(stack: Stack, id: string): Resource {
  const { type, raw, metadata } = getDefinition(stack.template, id);
  return {
    id: stack.prefix + id,
    type,
    raw,
    metadata,
    stack,
    properties: toRecord(evaluate(stack, raw)),
  };
}

/** A property of which no parameter's default may decide, because it says who is allowed. */
export function readStrictly({ stack, raw }: Resource, property: string): unknown {
  return evaluate(stack, raw[property], { useDefaults: false });
}

/** The ID of the API that a value names: of these templates, or as the value stands. */
export function toApiId(value: unknown): string {
  return getReferences(value)[0] ?? toText(value) ?? (value instanceof Unknown ? value.why : "");
}

/** `1.0` or `2.0`, which YAML may have read as a number; undefined where only a deployment knows. */
export function toVersion(value: unknown): string | undefined {
  const version = Number(toText(value));
  return Number.isFinite(version) && getWhyUnknown(value) === undefined ? version.toFixed(1) : undefined;
}

/** A number of seconds; undefined where only a deployment knows. */
export function toSeconds(value: unknown, whenAbsent: number): number | undefined {
  if (value === undefined) return whenAbsent;
  const seconds = Number(toText(value));
  return Number.isFinite(seconds) && getWhyUnknown(value) === undefined ? seconds : undefined;
}
