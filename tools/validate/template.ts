/** A CloudFormation template, as far as the rules here read it. */
export interface Template {
  readonly Resources: Readonly<Record<string, Resource>>;
  readonly Outputs?: Readonly<Record<string, unknown>>;
}

interface Resource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly DependsOn?: string | readonly string[];
}

export interface NamedResource {
  readonly name: string;
  readonly properties: Readonly<Record<string, unknown>>;
}

export function resourcesOf(template: Template, ...types: readonly string[]): NamedResource[] {
  return Object.entries(template.Resources).flatMap(([name, { Type, Properties = {} }]) =>
    types.includes(Type) ? [{ name, properties: Properties }] : [],
  );
}

/** What a resource waits for: `DependsOn`, `Ref`, `Fn::GetAtt` and `Fn::Sub`, and what these wait for. */
export function dependenciesOf(template: Template, name: string, found = new Set<string>()): Set<string> {
  for (const dependency of references(template.Resources[name])) {
    if (found.has(dependency) || !Object.hasOwn(template.Resources, dependency)) continue;
    found.add(dependency);
    dependenciesOf(template, dependency, found);
  }
  return found;
}

/** The names of resources that a value mentions. */
function references(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [...named(key, inner), ...references(inner)]);
}

function named(key: string, value: unknown): string[] {
  switch (key) {
    case "Ref":
    case "DependsOn":
      return [value].flat().map(String);
    case "Fn::GetAtt":
      return [String(Array.isArray(value) ? value[0] : String(value).split(".")[0])];
    case "Fn::Sub":
      return Array.from(String([value].flat()[0]).matchAll(/\$\{(\w+)/g), ([, name = ""]) => name);
    default:
      return [];
  }
}
