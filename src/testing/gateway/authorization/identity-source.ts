import { domainName, domainPrefix } from "../address.ts";
import { getApiType, sourceIdentity, type ApiType, type Call } from "../call.ts";
import { headerValues } from "../client-request.ts";
import type { GatewayKind } from "../../../apigateway/gateways.ts";

const SOURCE =
  /^(?:method\.request\.|route\.request\.|\$request\.|\$)?(header|querystring|context|stageVariables)\.(.+)$/;

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
  const [, place = "none", name = ""] = SOURCE.exec(source) ?? [];
  switch (place) {
    case "header":
      // A repeated header was never recorded, except on a WebSocket, where it never comes as far as here.
      return joined(headerValues(call.request, name));
    case "querystring":
      return queryValue(api, name, call);
    case "stageVariables":
      return call.stageVariables[name];
    case "context":
      return contextVariable(api, name, call);
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

/**
 * That REST APIs take `context.httpMethod`, `context.path`, `context.resourcePath`, `context.apiId` and
 * `context.identity.sourceIp` is reported; that each value is a cache entry of its own is verified for
 * `$context.routeKey` alone.
 *
 * @throws Error for a variable that this gateway does not know, rather than guess
 */
function contextVariable(api: ApiType, name: string, call: Call): string | undefined {
  const variables = { ...toCommonVariables(call), ...VARIABLES[api](call) };
  if (!Object.hasOwn(variables, name)) {
    throw new Error(`not supported here: the identity source ${api === "http" ? "$" : ""}context.${name}`);
  }
  return variables[name];
}

type Variables = Readonly<Record<string, string | undefined>>;

function toCommonVariables(call: Call): Variables {
  const { address } = call;
  return {
    accountId: address.accountId,
    apiId: address.apiId,
    domainName: domainName(address),
    domainPrefix: domainPrefix(address),
    "identity.sourceIp": sourceIdentity(call).sourceIp,
    requestId: call.requestId,
    requestTimeEpoch: String(call.time),
    stage: address.stage,
  };
}

/** Which of these are variables of a WebSocket API's identity sources is a guess. */
const VARIABLES: Readonly<Record<ApiType, (call: Call) => Variables>> = {
  rest: ({ paths, request, route }) => ({
    httpMethod: request.method,
    path: paths.full,
    resourcePath: route.resource,
  }),
  http: ({ paths, request, route }) => ({
    httpMethod: request.method,
    path: paths.full,
    routeKey: route.key,
  }),
  websocket: ({ connectionId, route, time }) => ({
    connectedAt: String(time),
    connectionId,
    eventType: undefined,
    messageDirection: undefined,
    routeKey: route.key,
  }),
};
