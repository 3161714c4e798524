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

interface Grammar {
  readonly api: string;
  readonly pattern: RegExp;
  readonly example: string;
}

const HTTP_SOURCE: Grammar = {
  api: "an HTTP API",
  pattern: /^\$(?:request\.(?:header|querystring)|context|stageVariables)\.[^.]/,
  example: "$request.header.Authorization or $context.routeKey",
};

/**
 * How a gateway spells its identity sources: by the errors of CreateAuthorizer, and by AWS's pages.
 *
 * @see https://github.com/badmintoncryer/cdk-preflight
 */
const GRAMMARS: Readonly<Record<GatewayKind, Grammar>> = {
  "rest-token": {
    api: "a TOKEN authorizer",
    pattern: /^method\.request\.header\.[a-zA-Z0-9._-]+$/,
    example: "method.request.header.Authorization",
  },
  "rest-request": {
    api: "a REST API",
    pattern:
      /^(?:method\.request\.(?:querystring|header)\.[a-zA-Z0-9._-]+|stageVariables\.\w+|context\.[\w.]+)$/,
    example: "method.request.header.Authorization or context.path",
  },
  "http-1.0": HTTP_SOURCE,
  "http-2.0": HTTP_SOURCE,
  websocket: {
    api: "a WebSocket API",
    pattern:
      /^(?:route\.request\.(?:querystring|header)\.[a-zA-Z0-9._-]+|stageVariables\.\w+|context\.[\w.]+)$/,
    example: "route.request.header.Authorization or stageVariables.name",
  },
};

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
  const { api, pattern, example } = GRAMMARS[kind];
  const foreign = identitySources.find((source) => !pattern.test(source));
  if (foreign !== undefined) {
    throw new Error(`${foreign} is not an identity source of ${api}: write it like ${example}`);
  }
  if (kind === "rest-token" && identitySources.length !== 1) {
    throw new Error("A TOKEN authorizer has one identity source, the header with the token");
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
