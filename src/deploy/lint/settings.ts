import { isInFuture } from "../../settings/cutoff.ts";
import { ConfigurationError, FUTURE_CUTOFF } from "../../settings/configuration-error.ts";
import { findMisspelledVariables, settingsFromEnvironment } from "../../settings/settings.ts";
import type { Rule } from "./rule.ts";
import { getResources, type NamedResource, type Template } from "./cloudformation.ts";

/**
 * What the function itself would say about its environment at its first start, and variables that look like settings
 * but are none. Values that only a deployment knows, such as `Fn::ImportValue`, are not judged.
 */
export const settingsMistakes: Rule = (template) =>
  authorizerFunctions(template).flatMap((lambda) => {
    const { texts, unknown } = getEnvironment(template, lambda);
    return mistakesIn(texts)
      .filter((mistake) => !unknown.some((variable) => mistake.includes(variable)))
      .map((mistake) => ({ resource: lambda.name, message: `does not start: ${mistake}` }));
  });

/** The functions with a variable by which an authorizer is told its tenant. */
export function authorizerFunctions(template: Template): NamedResource[] {
  return getResources(template, "AWS::Lambda::Function").filter(
    ({ properties }) => getVariables(properties)["AUTH0_DOMAIN"] !== undefined,
  );
}

function getVariables(properties: NamedResource["properties"]): Record<string, unknown> {
  const { Variables = {} } = (properties["Environment"] ?? {}) as { Variables?: Record<string, unknown> };
  return Variables;
}

interface Environment {
  readonly texts: Record<string, string>;
  /** Variables whose values are not known before a deployment. */
  readonly unknown: readonly string[];
}

function getEnvironment(template: Template, { properties }: NamedResource): Environment {
  const variables = Object.entries(getVariables(properties)).map(
    ([name, value]) => [name, toText(template, value)] as const,
  );
  return {
    texts: Object.fromEntries(
      variables.flatMap(([name, text]) => (text === undefined ? [] : [[name, text]])),
    ),
    unknown: variables.flatMap(([name, text]) => (text === undefined ? [name] : [])),
  };
}

/** A value, or the default of the parameter that it refers to. */
function toText({ Parameters = {} }: Template, value: unknown): string | undefined {
  if (typeof value !== "object" || value === null) return String(value);
  if (!("Ref" in value)) return undefined;
  const { Default } = (Parameters[String(value.Ref)] ?? {}) as { Default?: string | number };
  return Default === undefined ? undefined : String(Default);
}

function mistakesIn(env: Record<string, string>): readonly string[] {
  try {
    const { domain, issuedAfter } = settingsFromEnvironment(env);
    if (isInFuture(issuedAfter, Date.now())) return [`AUTHORIZER_ISSUED_AFTER ${FUTURE_CUTOFF}`];
    if (domain.some((issuer) => issuer.startsWith("http:")))
      return ["AUTH0_DOMAIN is on a loopback host, where Lambda finds no tenant"];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.issues;
    throw error;
  }
  return findMisspelledVariables(env).map(
    ({ found, meant }) => `${found} is not a setting: was ${meant} meant?`,
  );
}
