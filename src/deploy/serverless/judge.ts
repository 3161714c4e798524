import { getResources, references, type Template } from "../lint/cloudformation.ts";
import type { RuleFinding } from "../lint/lint.ts";
import { isCloudFormationValue } from "../package/deployment-values.ts";

export interface Judgement {
  /** Nothing is packaged with these: they are certain, and let a caller pass or keep the function from starting. */
  readonly errors: readonly RuleFinding[];
  readonly warnings: readonly RuleFinding[];
}

/** Rules whose findings are certain and serious; the others say what is odd. */
const REFUSED: readonly string[] = [
  ...["settings", "unguarded-route", "identity-source-without-token", "appended-identity"],
];

/**
 * What of the findings in a template keeps it from being deployed.
 *
 * @param ours logical IDs of the plugin's functions
 */
export function judge(
  findings: readonly RuleFinding[],
  template: Template,
  ours: ReadonlySet<string>,
): Judgement {
  const relevant = findings.filter((finding) => isRelevant(finding, template, ours));
  const isError = (finding: RuleFinding): boolean =>
    getSeverity(finding) === "error" && !isCertainlyHarmless(finding, template);
  return {
    errors: relevant.filter(isError),
    warnings: relevant.filter((finding) => !isError(finding)),
  };
}

/** That of the rule itself, where rules have one. */
function getSeverity(finding: RuleFinding & { readonly severity?: string }): string {
  return finding.severity ?? (REFUSED.includes(finding.rule) ? "error" : "warning");
}

/** Another function with a variable of the tenant's is the service's own matter, and a preflight has no token. */
function isRelevant({ rule, resource }: RuleFinding, template: Template, ours: ReadonlySet<string>): boolean {
  const { Type, Properties = {} } = template.Resources[resource] ?? {};
  if (Type === "AWS::Lambda::Function") return ours.has(resource);
  if (Type === "AWS::ApiGateway::Authorizer" || Type === "AWS::ApiGatewayV2::Authorizer")
    return references(Properties["AuthorizerUri"]).some(
      (id) => ours.has(id) || isAliasOf(template, id, ours),
    );
  return !(rule === "unguarded-route" && String(Properties["RouteKey"]).startsWith("OPTIONS "));
}

function isAliasOf(template: Template, id: string, ours: ReadonlySet<string>): boolean {
  return getResources(template, "AWS::Lambda::Alias").some(
    ({ name, properties }) =>
      name === id && references(properties["FunctionName"]).some((lambda) => ours.has(lambda)),
  );
}

/** A route with an API key lets nobody pass without one, and where nothing is kept there is no key to mix up. */
function isCertainlyHarmless({ rule, resource }: RuleFinding, template: Template): boolean {
  const { Properties = {} } = template.Resources[resource] ?? {};
  if (rule === "unguarded-route") return Properties["ApiKeyRequired"] === true;
  if (rule !== "identity-source-without-token") return false;
  const { AuthorizerResultTtlInSeconds: ttl, RestApiId, AuthorizerPayloadFormatVersion } = Properties;
  const isWebSocket = RestApiId === undefined && AuthorizerPayloadFormatVersion === undefined;
  return isWebSocket || ttl === 0 || typeof [Properties["IdentitySource"]].flat()[0] !== "string";
}

/** What the rules do not judge, because only a deployment knows it. */
const UNKNOWN = { "Fn::ImportValue": "known-at-deployment" };

/**
 * The template without the environment of other functions: the rules take a function for an authorizer by its variables,
 * and one that calls the tenant's APIs has them too.
 */
export function withOwnFunctions(template: Template, ours: ReadonlySet<string>): Template {
  const resources = Object.entries(template.Resources).map(([id, resource]) => {
    if (resource.Type !== "AWS::Lambda::Function") return [id, resource] as const;
    const { Environment, ...Properties } = resource.Properties ?? {};
    if (!ours.has(id)) return [id, { ...resource, Properties }] as const;
    const { Variables = {} } = (Environment ?? {}) as { Variables?: object };
    const known = Object.entries(Variables).map(([name, value]) => [
      name,
      isCloudFormationValue(value) ? UNKNOWN : (value as unknown),
    ]);
    return [
      id,
      {
        ...resource,
        Properties: { ...Properties, Environment: { Variables: Object.fromEntries(known) as object } },
      },
    ] as const;
  });
  return { ...template, Resources: Object.fromEntries(resources) };
}
