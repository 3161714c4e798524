import { getApiType, methodArn, sourceIdentity, type ApiType, type Call } from "../call.ts";
import { headerValues } from "../client-request.ts";
import type { GatewayKind } from "../../../apigateway/gateways.ts";

/**
 * `method.request.header.Authorization`, `route.request.querystring.access_token`, `$request.header.Authorization`,
 * `context.httpMethod`, `$context.routeKey`, `stageVariables.name` …
 */
const EXPRESSION =
  /^(?:method\.|route\.|\$)?(?:request\.)?(header|querystring|context|stageVariables)\.(.+)$/;

/**
 * What the sources hold in a request, in their order; undefined where one is missing: then the gateway answers 401
 * without calling the authorizer. An empty one is missing too, except on HTTP APIs.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html
 * @see https://docs.aws.amazon.com/apigateway/latest/api/API_CreateAuthorizer.html
 */
export function identityValues(
  sources: readonly string[],
  kind: GatewayKind,
  call: Call,
): readonly string[] | undefined {
  const api = getApiType(kind);
  const values = sources.map((source) => identityValue(source, api, call));
  const isPresent = (value: string | undefined): value is string =>
    value !== undefined && (value !== "" || api === "http");
  return values.every(isPresent) ? values : undefined;
}

function identityValue(source: string, api: ApiType, call: Call): string | undefined {
  const [, place = "none", name = ""] = EXPRESSION.exec(source) ?? [];
  switch (place) {
    case "header":
      // A repeated header was never recorded, except on a WebSocket, where it never comes as far as here.
      return joined(headerValues(call.request, name));
    case "querystring":
      return queryValue(api, name, call);
    case "stageVariables":
      return call.stageVariables[name];
    case "context":
      return contextVariable(name, call);
    default:
      throw new Error(`not an identity source: ${source}`);
  }
}

/** HTTP APIs join what is repeated, WebSocket APIs take the last; of REST APIs that is a guess. */
function queryValue(api: ApiType, name: string, { request }: Call): string | undefined {
  const values = request.query.filter(([other]) => other === name).map(([, value]) => value);
  return api === "http" ? joined(values) : values.at(-1);
}

function joined(values: readonly string[]): string | undefined {
  return values.length > 0 ? values.join(",") : undefined;
}

/** Which of these are variables of a WebSocket API's identity sources is a guess. */
function contextVariable(name: string, call: Call): string | undefined {
  const { address, request, route } = call;
  const variables: Readonly<Record<string, string | undefined>> = {
    apiId: address.apiId,
    connectedAt: String(call.time),
    connectionId: call.connectionId,
    eventType: undefined,
    httpMethod: request.method,
    "identity.sourceIp": sourceIdentity(call).sourceIp,
    messageDirection: undefined,
    methodArn: methodArn(call),
    path: request.path,
    requestTimeEpoch: String(call.time),
    resourcePath: route.resource,
    routeKey: route.key,
    stage: address.stage,
  };
  if (!Object.hasOwn(variables, name)) {
    throw new Error(`not supported by this fake: the identity source $context.${name}`);
  }
  return variables[name];
}
