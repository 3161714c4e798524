import { backendsWithoutPermission, longSimpleTtls, longTtls, unreadTokens } from "./authorizers.ts";
import {
  anyApiPermissions,
  endlessLogs,
  longTimeouts,
  openFunctionUrls,
  otherProcessors,
  secondWriters,
  wideRoles,
} from "./functions.ts";
import {
  duplicateResponses,
  lateResponses,
  missingChallenge,
  missingCors,
  responsesWithoutCors,
} from "./gateway-responses.ts";
import { absentClaims, ignoredMappings } from "./mappings.ts";
import { routesNotInKey, rulesWithoutRoute, unlistedRoutes } from "./route-permissions.ts";
import { apiKeyRoutes, preflightsWithBackend, restrictedRoutes, unknownPublicRoutes } from "./routes.ts";
import { unknownSettings } from "./settings.ts";
import { ignoredUsageKeys, keysForHeaders } from "./usage-plans.ts";
import type { Rule } from "./rule.ts";

const NOT_IN_BROWSERS = "A page gets no status and no text, only a network error.";

/** What is odd. */
export const WARNINGS = {
  "restricted-route": {
    severity: "warning",
    title: "a route without an authorizer in a private API, or one with a resource policy",
    why: "A caller that the policy admits needs no token.",
    fix: "Give the route the authorizer, or say that it is public.",
    check: restrictedRoutes,
  },
  "api-key-route": {
    severity: "warning",
    title: "a route with an API key and no authorizer",
    why: "An API key counts calls. It does not identify a user, and AWS advises against it as authorization.",
    fix: "Give the route the authorizer too, or say that it is public.",
    check: apiKeyRoutes,
  },
  "options-with-backend": {
    severity: "warning",
    title: "a REST API's OPTIONS that calls the backend without an authorizer",
    why: "A caller without a token reaches the backend's code, which may read another method from a header.",
    fix: "Let a MOCK integration answer the preflight.",
    check: preflightsWithBackend,
  },
  "open-function-url": {
    severity: "warning",
    title: "a function URL without an authorizer",
    why: "Anyone can call the function.",
    fix: "Set its AuthType to AWS_IAM, or accept the finding.",
    check: openFunctionUrls,
  },
  "any-api-permission": {
    severity: "warning",
    title: "a function that every API of every account may call",
    why: "The owner of another API can send it events with an identity of their choice.",
    fix: "Add the API as the SourceArn of the permission.",
    check: anyApiPermissions,
  },
  "backend-without-permission": {
    severity: "warning",
    title: "a backend that API Gateway may not call",
    why: "The route answers 500.",
    fix: "Add an AWS::Lambda::Permission for apigateway.amazonaws.com with the API as the SourceArn.",
    check: backendsWithoutPermission,
  },
  "absent-claim": {
    severity: "warning",
    title: "a header from a claim that a token may not have",
    why: "Without the claim, what the caller sent under that name may reach the backend.",
    fix: "Map keys that are always there, or require the claim: AUTH0_REQUIRED_CLAIMS.",
    check: absentClaims,
  },
  "ignored-mapping": {
    severity: "warning",
    title: "an identity that is mapped to a header of a Lambda proxy",
    why: "A REST API ignores the mapping: the function sees the header that the caller sent.",
    fix: "Read event.requestContext.authorizer in the function, with identityFrom(event).",
    check: ignoredMappings,
  },
  "unread-token": {
    severity: "warning",
    title: "a WebSocket API that asks for the token where it is not read",
    why: "A connection that sends its token only there is rejected.",
    fix: "Ask for route.request.header.Authorization or route.request.querystring.access_token, or set AUTHORIZER_WEBSOCKET_TOKEN_PARAMETER.",
    check: unreadTokens,
  },
  "usage-key-ignored": {
    severity: "warning",
    title: "an API that does not read the authorizer's usage key",
    why: "Calls are not counted for the caller's usage plan.",
    fix: "Set the API's ApiKeySourceType to AUTHORIZER.",
    check: ignoredUsageKeys,
  },
  "usage-key-in-header": {
    severity: "warning",
    title: "a usage plan whose keys a caller can send",
    why: "The authorizer's keys are not secret: a caller can use up another's quota at the API that takes them from x-api-key.",
    fix: "Give the API with ApiKeySourceType HEADER a separate usage plan.",
    check: keysForHeaders,
  },
  "unknown-setting": {
    severity: "warning",
    title: "a variable that looks like a setting",
    why: "The authorizer does not read it.",
    fix: "Correct the name, or give the variable to other functions only.",
    check: unknownSettings,
  },
  "second-writer": {
    severity: "warning",
    title: "revocations that are written into a table of another stack",
    why: "If it is a replica of a global table, two regions write, and the last write can move a revocation back.",
    fix: "Let one region write, or accept the finding if no other one does.",
    check: secondWriters,
  },
  "unlisted-route": {
    severity: "warning",
    title: "a guarded route that no permission by route names",
    why: "Every call is answered 403 (route_not_listed).",
    fix: "Add the route to AUTHORIZER_ROUTE_PERMISSIONS or routes.json, without a permission if any signed-in caller may call it.",
    check: unlistedRoutes,
  },
  "rule-without-route": {
    severity: "warning",
    title: "permissions for a route that does not exist",
    why: "The route was renamed or is misspelled. The route that was meant is denied, or requires less.",
    fix: "Write the route as the API defines it, or remove the rule.",
    check: rulesWithoutRoute,
  },
  "route-not-in-key": {
    severity: "warning",
    title: "permissions by route, and a REST API's cache that does not tell routes apart",
    why: "The answer for one route denies the caller the others, until it leaves the cache.",
    fix: "Set the time to live to 0, or add context.httpMethod and context.path to the identity sources.",
    check: routesNotInKey,
  },
  "authorizer-ttl": {
    severity: "warning",
    title: "answers that are cached for more than 300 s",
    why: "For that long, a user who was denied stays denied, and a revoked token still works.",
    fix: "Set the time to live to 300 s or less.",
    check: longTtls,
  },
  "simple-answer-outlives-token": {
    severity: "warning",
    title: "simple responses that are cached for more than 60 s",
    why: "A cached simple response is used even after its token has expired.",
    fix: "Set the time to live to 60 s or less.",
    check: longSimpleTtls,
  },
  "function-timeout": {
    severity: "warning",
    title: "a function that may run for more than 10 s",
    why: "API Gateway waits at most 10 s for the authorizer of an HTTP API.",
    fix: "Set Timeout to 8.",
    check: longTimeouts,
  },
  "log-retention": {
    severity: "warning",
    title: "a log without a retention period",
    why: "Lambda makes a log group that keeps every line, and AWS charges for it.",
    fix: "Add a log group with RetentionInDays.",
    check: endlessLogs,
  },
  "not-arm64": {
    severity: "warning",
    title: "a function whose processor was not chosen",
    why: "arm64 costs a fifth less.",
    fix: "Set Architectures to [arm64], or to [x86_64] if the code needs it.",
    check: otherProcessors,
  },
  "wildcard-iam": {
    severity: "warning",
    title: "a role with a wildcard",
    why: "The function may do more than it needs.",
    fix: "Name the actions and resources.",
    check: wideRoles,
  },
  "no-cors-on-401": {
    severity: "warning",
    title: "a 401 that pages cannot read",
    why: NOT_IN_BROWSERS,
    fix: "Add Access-Control-Allow-Origin to the gateway response UNAUTHORIZED or DEFAULT_4XX.",
    check: missingCors("UNAUTHORIZED"),
  },
  "no-cors-on-403": {
    severity: "warning",
    title: "a 403 that pages cannot read",
    why: NOT_IN_BROWSERS,
    fix: "Add Access-Control-Allow-Origin to the gateway response ACCESS_DENIED or DEFAULT_4XX.",
    check: missingCors("ACCESS_DENIED"),
  },
  "no-challenge-on-401": {
    severity: "warning",
    title: "a 401 without WWW-Authenticate",
    why: "HTTP requires it (RFC 9110), and clients learn from it how to get a token.",
    fix: "Add WWW-Authenticate: 'Bearer' to the gateway response UNAUTHORIZED.",
    check: missingChallenge,
  },
  "gateway-response-without-cors": {
    severity: "warning",
    title: "a gateway response that lacks the CORS headers of its default",
    why: `A type that is set inherits nothing. ${NOT_IN_BROWSERS}`,
    fix: "Repeat the headers of DEFAULT_4XX or DEFAULT_5XX in it.",
    check: responsesWithoutCors,
  },
  "gateway-response-not-deployed": {
    severity: "warning",
    title: "a gateway response that may come after the deployment of its API",
    why: "The stage then answers without it, until the next deployment.",
    fix: "Name it in the DependsOn of the AWS::ApiGateway::Deployment.",
    check: lateResponses,
  },
  "duplicate-gateway-response": {
    severity: "warning",
    title: "a gateway response that is set twice",
    why: "An API has one of each type, and the one created last counts.",
    fix: "Remove one.",
    check: duplicateResponses,
  },
  "unknown-public-route": {
    severity: "warning",
    title: "a public route that does not exist",
    why: "The route was renamed, or is misspelled.",
    fix: "Correct or remove it.",
    check: unknownPublicRoutes,
  },
  "unmatched-acceptance": {
    severity: "warning",
    title: "an accepted finding that does not exist",
    why: "It was fixed, or is misspelled.",
    fix: "Correct or remove it.",
    check: () => [],
  },
} as const satisfies Readonly<Record<string, Rule>>;
