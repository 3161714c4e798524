import { toDeployableVariables } from "../package/deployment-values.ts";
import { FUNCTION, POLICY_TTL_SECONDS, SIMPLE_TTL_SECONDS } from "../package/function-defaults.ts";
import { toHttpSources, toRestSources } from "../package/identity-sources.ts";
import type { FunctionDefinition } from "./framework-types.ts";
import { roleId } from "./names.ts";
import type { Options, StackOptions } from "./options.ts";
import { getTable } from "./writers.ts";

/** What all functions of the plugin have: those of `functions`, once Serverless has read them. */
export interface Place {
  /** Logical IDs begin with it: `Auth0`. */
  readonly idPrefix: string;
  /** That of the authorizer which has the table of revocations. */
  readonly tablePrefix: string;
  /** The function's name in Lambda. */
  readonly functionName: string;
  /** The absolute path of its zip. */
  readonly artifact: string;
}

/** The authorizer's function as `serverless.yml` would define it. */
export function functionDefinition({ stack, settings }: Options, place: Place): FunctionDefinition {
  const { runtime, architecture, memorySize, logRetentionInDays, role } = stack;
  const { reservedConcurrency, provisionedConcurrency } = stack;
  const table = stack.revocations ? getTable(place.tablePrefix) : undefined;
  return {
    name: place.functionName,
    handler: FUNCTION.handler,
    description: FUNCTION.description,
    runtime,
    architecture,
    memorySize,
    timeout: FUNCTION.timeoutSeconds,
    logRetentionInDays,
    role: role ?? roleId(place.idPrefix),
    ...(reservedConcurrency !== undefined && { reservedConcurrency }),
    ...(provisionedConcurrency !== undefined && { provisionedConcurrency }),
    environment: { ...toDeployableVariables(settings), ...table?.variables },
    ...(table && role === undefined && { dependsOn: table.dependsOn }),
    events: [],
    package: { artifact: place.artifact },
  };
}

/** Whether there are permissions by route: then no answer for one route may be cached for another. */
export function hasRoutePermissions({ settings, routes }: Options): boolean {
  return routes !== undefined || Object.keys(settings.routePermissions ?? {}).length > 0;
}

function getTtlSeconds({ stack, settings }: Options): number {
  return stack.resultTtlSeconds ?? (isSimple(settings) ? SIMPLE_TTL_SECONDS : POLICY_TTL_SECONDS);
}

export function isSimple({ httpApiResponse }: Options["settings"]): boolean {
  return httpApiResponse === "simple";
}

/** The authorizer of HTTP APIs as `provider.httpApi.authorizers` would define it. */
export function httpApiAuthorizer(options: Options): Readonly<Record<string, unknown>> {
  return {
    type: "request",
    functionName: options.stack.name,
    payloadVersion: "2.0",
    enableSimpleResponses: isSimple(options.settings),
    identitySource: toHttpSources([
      ...(hasRoutePermissions(options) ? ["context.routeKey"] : []),
      ...options.stack.identitySources,
    ]),
    resultTtlInSeconds: getTtlSeconds(options),
  };
}

/**
 * Of a REST API's authorizer, what differs from what Serverless does by itself.
 *
 * @param ownTtl what an event says of it itself
 */
export function restAuthorizer(options: Options, ownTtl?: unknown): object {
  const { identitySources, resultTtlSeconds }: StackOptions = options.stack;
  const byRoute = hasRoutePermissions(options);
  // With permissions by route and a TTL, the route has to be in the key; whether a REST API takes it is not verified.
  const ttl = ownTtl ?? resultTtlSeconds ?? (byRoute ? 0 : undefined);
  const sources =
    byRoute && ttl !== 0 ? ["context.httpMethod", "context.path", ...identitySources] : identitySources;
  return {
    ...(ttl !== undefined && { resultTtlInSeconds: ttl }),
    ...((byRoute || identitySources.length > 0) && {
      type: "request",
      identitySource: toRestSources(sources).join(", "),
    }),
  };
}
