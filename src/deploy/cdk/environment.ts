import { Fn, Token } from "aws-cdk-lib";
import { ConfigurationError } from "../../settings/configuration-error.ts";
import { KEYS, getVariable, type Settings } from "../../settings/settings.ts";
import { toVariables, type Variables } from "../../settings/to-environment.ts";
import { findIssues, withoutKeys } from "../package/deployment-values.ts";

/**
 * The environment of a function with these settings. Tokens, such as a parameter's value, are passed on as they are, and
 * checked when the function starts.
 *
 * @param now milliseconds since the epoch
 * @throws ConfigurationError with every issue in the values that are known
 */
export function toTokenEnvironment(settings: Partial<Settings>, now: number): Variables {
  const issues = findIssues(settings, now, (value) => Token.isUnresolved(value));
  if (issues.length > 0) throw new ConfigurationError(issues);
  const lists = KEYS.filter((key) => Array.isArray(settings[key]) && Token.isUnresolved(settings[key]));
  return {
    ...toVariables(withoutKeys(settings, lists)),
    ...Object.fromEntries(lists.map((key) => [getVariable(key), Fn.join(",", settings[key] as string[])])),
  };
}
