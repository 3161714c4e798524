import { AuthorizerError } from "../errors.ts";
import { asObject } from "./gateways.ts";

/** What an API's stage asks for beyond the settings of a shared authorizer. */
export interface StageRules {
  /** Which of the configured audiences and client IDs count here; undefined means all. */
  readonly audiences: readonly string[] | undefined;
  /** The permissions that every caller needs here. */
  readonly permissions: readonly string[];
}

/** The names of the stage variables: letters and digits, because CloudFormation allows no others. */
export const AUDIENCES_VARIABLE = "auth0Audiences";
const PERMISSIONS_VARIABLE = "auth0Permissions";

export interface SharedRules {
  /** Whether every API must say which audiences count there. */
  readonly shared: boolean;
  readonly clientIds: readonly string[];
  readonly audiences: readonly string[];
}

/**
 * Reads what the stage of an API asks for. Callers cannot set stage variables, and these only ever narrow.
 *
 * @throws AuthorizerError `stage_variable_invalid` with the variable's name, which no gateway caches
 */
export function readStageRules(event: unknown, rules: SharedRules): StageRules {
  const variables = asObject(asObject(event)["stageVariables"]);
  const audiences = readList(variables, AUDIENCES_VARIABLE);
  const permissions = readList(variables, PERMISSIONS_VARIABLE);
  const isKnown = (value: string): boolean =>
    rules.clientIds.includes(value) || rules.audiences.includes(value);
  if (audiences === undefined ? rules.shared : !audiences.every(isKnown))
    throw new AuthorizerError("stage_variable_invalid", AUDIENCES_VARIABLE);
  return { audiences, permissions: permissions ?? [] };
}

/** Undefined if the variable is not set. A variable that is set names at least one value. */
function readList(variables: Readonly<Record<string, unknown>>, name: string): readonly string[] | undefined {
  if (!Object.hasOwn(variables, name)) return undefined;
  const value = variables[name];
  const items = typeof value === "string" ? value.split(",").map((item) => item.trim()) : [];
  if (items.length === 0 || items.includes("")) throw new AuthorizerError("stage_variable_invalid", name);
  return items;
}
