import type { Template } from "../../src/deploy/lint/cloudformation.ts";

type Values = Readonly<Record<string, unknown>>;

interface Evaluated {
  readonly Parameters?: Readonly<Record<string, { readonly Default?: string }>>;
  readonly Conditions?: Values;
}

/**
 * A part of a template as CloudFormation would hand it to a service, where its parameters have their defaults: every
 * `Fn::If` decided, and every reference to a parameter filled in. References to resources stay.
 */
export function evaluated(template: Template, part: unknown): unknown {
  const { Parameters = {}, Conditions = {} } = template as Evaluated;
  const parameter = (name: string): string | undefined => Parameters[name]?.Default;

  function valueOf(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(valueOf);
    if (typeof value !== "object" || value === null) return value;
    const [name, of] = (Object.entries(value)[0] ?? ["", undefined]) as [string, unknown];
    switch (name) {
      case "Fn::If": {
        const [condition, yes, no] = of as [string, unknown, unknown];
        return valueOf(isTrue(Conditions[condition]) ? yes : no);
      }
      case "Ref":
        return parameter(String(of)) ?? value;
      case "Fn::Sub":
        return String(of).replace(/\$\{(\w+)\}/g, (whole, inner: string) => parameter(inner) ?? whole);
      default:
        return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, valueOf(inner)]));
    }
  }

  function isTrue(condition: unknown): boolean {
    const [[name, of] = []] = Object.entries(condition as object) as [string, unknown[]][];
    if (name === "Fn::Not") return !isTrue(of?.[0]);
    const [left, right] = (of ?? []).map(valueOf);
    return left === right;
  }

  return valueOf(part);
}
