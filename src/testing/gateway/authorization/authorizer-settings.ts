import type { GatewayKind } from "../../../apigateway/gateways.ts";
import type { AnswerForm } from "./authorizer-result.ts";
import type { Lambda } from "../lambda.ts";

/** How a gateway uses its authorizer. */
export interface AuthorizerSettings {
  readonly lambda: Lambda;
  readonly kind: GatewayKind;
  readonly form: AnswerForm;
  readonly identitySources: readonly string[];
  /** REST TOKEN: the validation expression. */
  readonly tokenPattern?: RegExp | undefined;
  /** How long an answer is kept; 0 = never. */
  readonly ttlSeconds: number;
  /** Bytes of JSON, where there is a limit. */
  readonly maxResultBytes?: number;
}

const MAX_TTL_SECONDS = 3600;
const HTTP_SOURCE = /^\$(?:request\.(?:header|querystring)|context|stageVariables)\.[^.]/;

/**
 * Refuses what AWS's CreateAuthorizer refuses, so that a test does not pass with an API that cannot be deployed.
 *
 * @see https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-authorizers.html
 * @throws Error that says what to change
 */
export function checkSettings({ kind, form, identitySources, ttlSeconds }: AuthorizerSettings): void {
  if (!(ttlSeconds >= 0 && ttlSeconds <= MAX_TTL_SECONDS)) {
    throw new Error(`ttlSeconds is ${ttlSeconds}, and API Gateway keeps answers for 0 to 3600 seconds`);
  }
  if (ttlSeconds > 0 && identitySources.length === 0) {
    throw new Error(
      `ttlSeconds is ${ttlSeconds} without an identity source to keep answers under: name identitySources, or set ttlSeconds to 0`,
    );
  }
  if (form === "simple" && kind === "http-1.0") {
    throw new Error("simpleResponses need the authorizer payload 2.0: leave out one of the two");
  }
  const foreign = kind.startsWith("http") && identitySources.find((source) => !HTTP_SOURCE.test(source));
  if (typeof foreign === "string") {
    throw new Error(
      `${foreign} is not an identity source of an HTTP API: those look like $request.header.Authorization`,
    );
  }
}

/**
 * What TypeScript finds by itself: HTTP APIs know REQUEST authorizers with the payloads 1.0 and 2.0.
 *
 * @throws Error that says what to change
 */
export function checkHttpAuthorizer(options: {
  readonly type?: unknown;
  readonly authorizerPayload?: unknown;
}): void {
  const { type = "request", authorizerPayload = "2.0" } = options;
  if (type !== "request") {
    throw new Error(`type is ${String(type)}, and an HTTP API has Lambda authorizers of type request only`);
  }
  if (authorizerPayload !== "1.0" && authorizerPayload !== "2.0") {
    throw new Error(`authorizerPayload is ${String(authorizerPayload)}, and there are 1.0 and 2.0`);
  }
}
