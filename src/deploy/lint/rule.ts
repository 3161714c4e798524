import type { NamedResource, Template } from "./cloudformation.ts";

/** What one rule says about one resource. */
export interface Finding {
  /** The logical ID. */
  readonly resource: string;
  /** Continues the resource's name: "lets anybody in …". */
  readonly message: string;
}

/** What the rules are told beside the template. */
export interface Scope {
  /** Logical IDs of the functions that the rules about functions look at. */
  readonly functions: ReadonlySet<string>;
  /** Routes that are meant to have no authorizer: `GET /health`, `$connect`. */
  readonly publicRoutes: readonly string[];
}

export type Rule = (template: Template, scope: Scope) => readonly Finding[];

/** Makes a finding of each resource that is given to it. */
export function at(message: string): (resource: NamedResource) => Finding {
  return ({ name }) => ({ resource: name, message });
}
