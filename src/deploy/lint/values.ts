/**
 * What the readers make of a template's values: plain JSON, in which a reference to a resource stands as text
 * (`⟦Api⟧`, `⟦Api.Arn⟧`, `⟦Nested/Api⟧`) and what only a deployment knows as `Unknown`, or inside a text as `⟦?why⟧`.
 */
export type Properties = Readonly<Record<string, unknown>>;

/** A value that only a deployment knows. */
export class Unknown {
  /** Such as "parameter Stage". */
  readonly why: string;
  /** What it may be, where that is known: the branches of `Fn::If`. */
  readonly options: readonly unknown[];

  constructor(why: string, options: readonly unknown[] = []) {
    this.why = why;
    this.options = options;
  }
}

/** An object's members; none where the value is anything else. */
export function toRecord(value: unknown): Properties {
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  return isObject && !(value instanceof Unknown) ? (value as Properties) : {};
}

/** A list as it is, one value as a list, nothing as an empty one. */
export function toList(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? (value as unknown[]) : [value];
}

/** A scalar as text. */
export function toText(value: unknown): string | undefined {
  const isScalar = ["string", "number", "boolean"].includes(typeof value);
  return isScalar ? String(value) : undefined;
}

/** Templates write flags as booleans and as text. */
export function isTrue(value: unknown): boolean {
  return ["true", "yes", "on"].includes(String(toText(value)).toLowerCase());
}

export function toReference(id: string, attribute = ""): string {
  return attribute === "" ? `⟦${id}⟧` : `⟦${id}.${attribute}⟧`;
}

/** Whether a text has a part that only a deployment knows, a reference to a resource among them. */
export function isOpen(text: string): boolean {
  return text.includes("⟦");
}

/** The ID of the resource that a value as a whole refers to. */
export function getReference(value: unknown): string | undefined {
  return /^⟦([^⟧.?]+)(?:\.[^⟧]*)?⟧$/.exec(toText(value) ?? "")?.[1];
}

/** The IDs of the resources that a value mentions, however deep. */
export function getReferences(value: unknown): string[] {
  if (typeof value === "string")
    return Array.from(value.matchAll(/⟦([^⟧.?]+)(?:\.[^⟧]*)?⟧/g), ([, id = ""]) => id);
  if (value instanceof Unknown) return value.options.flatMap(getReferences);
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(getReferences);
}

/** Why parts of a value are not known. */
export function getWhysUnknown(value: unknown): string[] {
  if (value instanceof Unknown) return [value.why];
  return Array.from((toText(value) ?? "").matchAll(/⟦\?([^⟧]*)⟧/g), ([, why = ""]) => why);
}

/** Why a value is not known, where it or a part of it is not. */
export function getWhyUnknown(value: unknown): string | undefined {
  return getWhysUnknown(value)[0];
}
