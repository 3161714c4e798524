import { toVariables } from "../../settings/to-environment.ts";
import type { ServiceConfiguration } from "./framework-types.ts";
import type { Options } from "./options.ts";
import { roleId } from "./resources.ts";
import { getTable } from "./writers.ts";

/** A fetch of keys takes 4 s at most; API Gateway waits 10 s at most. */
const TIMEOUT_SECONDS = 8;

/**
 * The function as `serverless.yml` would define it. Values of the environment may still be placeholders.
 *
 * @param artifact where the function's zip will be, relative to the service
 */
export function functionDefinition({ stack, settings }: Options, idPrefix: string, artifact: string): object {
  const { runtime, memorySize, logRetentionInDays } = stack;
  const table = stack.revocations ? getTable(idPrefix) : undefined;
  return {
    handler: "authorizer.handler",
    description: "Verifies Auth0 tokens for API Gateway.",
    runtime,
    architecture: "arm64",
    memorySize,
    timeout: TIMEOUT_SECONDS,
    logRetentionInDays,
    role: roleId(idPrefix),
    environment: { ...toVariables(settings), ...table?.variables },
    ...(table && { dependsOn: table.dependsOn }),
    package: { artifact },
  };
}

/** What of a function's definition other plugins understand: that its code is built already. */
export function hintsForBuilders({ plugins = [] }: ServiceConfiguration): object {
  return plugins.some((plugin) => plugin === "serverless-esbuild") ? { skipEsbuild: true } : {};
}

/** The authorizer of HTTP APIs: policies hold for every route and end with the token, so five minutes are safe. */
export function httpApiAuthorizer(functionName: string): object {
  return {
    type: "request",
    functionName,
    payloadVersion: "2.0",
    enableSimpleResponses: false,
    identitySource: ["$request.header.Authorization"],
    resultTtlInSeconds: 300,
  };
}
