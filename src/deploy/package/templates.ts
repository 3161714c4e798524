import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Template } from "../lint/cloudformation.ts";
import { KEYS, getVariable } from "../../settings/settings.ts";
import type { Values } from "./instantiate.ts";

/** What stands once in `infra/`, and is written to `dist/` when the package is built. */
export type TemplateName = "alarms" | "authorizer" | "gateway-responses" | "revocations";

/** @param folder the package's `dist/` */
export function readTemplate(folder: string, name: TemplateName): Template {
  return JSON.parse(readFileSync(join(folder, `${name}.json`), "utf8")) as Template;
}

/**
 * Values for the parameters of a template that are settings of the authorizer: `ClockToleranceSeconds` is
 * `clockToleranceSeconds`.
 *
 * @param variables the authorizer's environment
 */
export function toSettingValues({ Parameters = {} }: Template, variables: Values): Values {
  const values = KEYS.map((key) => [toParameterName(key), variables[getVariable(key)]] as const);
  return Object.fromEntries(values.filter(([name, value]) => name in Parameters && value !== undefined));
}

function toParameterName(key: string): string {
  return `${key.charAt(0).toUpperCase()}${key.slice(1)}`;
}

/** The variables of a function that are set: an empty one has the setting's default. */
export function withoutEmpty(variables: Values = {}): Values {
  return Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== ""));
}
