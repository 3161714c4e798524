import { toRecord, type Properties } from "./values.ts";

/** A CloudFormation template, as far as the rules here read it. */
export interface Template {
  readonly Parameters?: Readonly<Record<string, unknown>>;
  readonly Conditions?: Readonly<Record<string, unknown>>;
  readonly Resources: Readonly<Record<string, Resource>>;
  readonly Outputs?: Readonly<Record<string, unknown>>;
  readonly Transform?: unknown;
}

interface Resource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly DependsOn?: string | readonly string[];
}

export interface NamedResource {
  /** The logical ID. */
  readonly name: string;
  readonly properties: Readonly<Record<string, unknown>>;
}

/** A resource as its template has it, unchecked. */
export function getDefinition(
  template: Template,
  id: string,
): { readonly type: string; readonly raw: Properties; readonly metadata: Properties } {
  const { Type, Properties, Metadata } = toRecord(template.Resources[id]);
  return { type: String(Type), raw: toRecord(Properties), metadata: toRecord(Metadata) };
}

export function getResources(template: Template, ...types: readonly string[]): NamedResource[] {
  return Object.keys(template.Resources).flatMap((name) => {
    const { type, raw } = getDefinition(template, name);
    return types.includes(type) ? [{ name, properties: raw }] : [];
  });
}

/** The logical IDs that a value mentions. */
export function references(value: unknown): string[] {
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
