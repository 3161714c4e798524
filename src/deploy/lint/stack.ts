import { getDefinition, type Template } from "./cloudformation.ts";
import { evaluate, type Load, type Stack } from "./evaluate.ts";
import { toRecord, toText, type Properties } from "./values.ts";

/** A nested template that was not found. */
export interface MissingTemplate {
  readonly resource: string;
  readonly location: string;
}

const NESTED_TYPES: Readonly<Record<string, string>> = {
  "AWS::CloudFormation::Stack": "TemplateURL",
  "AWS::Serverless::Application": "Location",
};
/** Templates are not nested deeper than this; a file that names itself would be. */
const MAX_DEPTH = 6;

/**
 * The stack of a template with those nested in it, and those that were not found.
 *
 * @param prefix what tells its logical IDs from those of a template that imports them: `SharedAuthorizer/`
 */
export function createStacks(
  template: Template,
  load: Load,
  exports: Stack["exports"] = new Map(),
  prefix = "",
): { readonly root: Stack; readonly missing: readonly MissingTemplate[] } {
  const root: Stack = { prefix, template, children: new Map(), exports, load };
  return { root, missing: addChildren(root, 0) };
}

function addChildren(stack: Stack, depth: number): MissingTemplate[] {
  return Object.keys(stack.template.Resources).flatMap((id) => {
    const { type, raw, metadata } = getDefinition(stack.template, id);
    const property = NESTED_TYPES[type];
    if (property === undefined) return [];
    const locations = getLocations(stack, raw[property], metadata);
    const template = depth < MAX_DEPTH ? find(stack.load, locations) : undefined;
    if (template === undefined) return [{ resource: stack.prefix + id, location: locations[0] ?? "" }];
    const child: Stack = {
      prefix: `${stack.prefix}${id}/`,
      template,
      parent: { stack, parameters: toRecord(raw["Parameters"]) },
      children: new Map(),
      exports: stack.exports,
      load: stack.load,
    };
    stack.children.set(id, child);
    return addChildren(child, depth + 1);
  });
}

/** CDK writes the asset's file into the metadata; others a path, or an address that ends with the file's name. */
function getLocations(stack: Stack, value: unknown, metadata: Properties): string[] {
  const asset = toText(metadata["aws:asset:path"]);
  const location = toText(evaluate(stack, value)) ?? "";
  const name = location.split("/").at(-1) ?? "";
  return [asset ?? "", location, name].filter((path) => path !== "");
}

function find(load: Load, locations: readonly string[]): Template | undefined {
  for (const location of locations) {
    const found = load(location);
    if (Object.keys(toRecord(toRecord(found)["Resources"])).length > 0) return found as Template;
  }
  return undefined;
}

/** A stack and all that are nested in it. */
export function flatten(stack: Stack): Stack[] {
  return [stack, ...Array.from(stack.children.values()).flatMap(flatten)];
}

/** What a set of templates exports. */
export function getExports(stack: Stack): [name: string, value: readonly [Stack, unknown]][] {
  return flatten(stack).flatMap((each) =>
    Object.values(each.template.Outputs ?? {}).flatMap((output) => {
      const { Export, Value } = toRecord(output);
      const name = toText(evaluate(each, toRecord(Export)["Name"]));
      return name === undefined
        ? []
        : [[name, [each, Value] as const] as [string, readonly [Stack, unknown]]];
    }),
  );
}
