import { methodArn, sourceIdentity, type Call } from "./call.ts";
import { header } from "./client-request.ts";

/**
 * `method.request.header.Authorization`, `route.request.querystring.access_token`, `$request.header.Authorization`,
 * `context.httpMethod`, `$context.routeKey`, `stageVariables.name` …
 */
const EXPRESSION =
  /^(?:method\.|route\.|\$)?(?:request\.)?(header|querystring|context|stageVariables)\.(.+)$/;

/**
 * What the sources hold in a request, in their order; undefined where one is missing or empty: then the gateway
 * answers 401 without calling the authorizer.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html
 * @see https://docs.aws.amazon.com/apigateway/latest/api/API_CreateAuthorizer.html
 */
export function identityValues(sources: readonly string[], call: Call): readonly string[] | undefined {
  const values = sources.map((source) => identityValue(source, call));
  return values.every(isPresent) ? values : undefined;
}

function isPresent(value: string | undefined): value is string {
  return value !== undefined && value !== "";
}

function identityValue(source: string, call: Call): string | undefined {
  const [, kind = "none", name = ""] = EXPRESSION.exec(source) ?? [];
  switch (kind) {
    case "header":
      return header(call.request, name);
    case "querystring":
      return call.request.query.filter(([other]) => other === name).at(-1)?.[1];
    case "stageVariables":
      return call.stageVariables[name];
    case "context":
      return contextVariable(name, call);
    default:
      throw new Error(`not an identity source: ${source}`);
  }
}

function contextVariable(name: string, call: Call): string {
  const { address, request, route } = call;
  const variables: Readonly<Record<string, string>> = {
    apiId: address.apiId,
    httpMethod: request.method,
    "identity.sourceIp": sourceIdentity(call).sourceIp,
    methodArn: methodArn(call),
    path: request.path,
    resourcePath: route.resource,
    routeKey: route.key,
    stage: address.stage,
  };
  const value = variables[name];
  if (value === undefined) throw new Error(`not imitated here: the identity source $context.${name}`);
  return value;
}
