import {
  backendsWithoutPermission,
  identitySourcesWithoutToken,
  longSimpleTtls,
  longTtls,
  missingPermissions,
  responseFormats,
  uncertainPermissions,
  unknownAuthorizerValues,
  unreadAuthorizers,
} from "./authorizers.ts";
import {
  anyApiPermissions,
  endlessLogs,
  guardedFunctionUrls,
  longNames,
  longTimeouts,
  openFunctionUrls,
  otherProcessors,
  publicPermissions,
  unreachableTables,
  unreadPermissions,
  wideRoles,
} from "./functions.ts";
import {
  duplicateResponses,
  lateResponses,
  missingChallenge,
  missingCors,
  responsesWithoutCors,
} from "./gateway-responses.ts";
import { absentClaims, appendedIdentities, ignoredMappings } from "./mappings.ts";
import {
  apiKeyRoutes,
  openCatchAlls,
  preflightsWithBackend,
  restrictedRoutes,
  unguardedRoutes,
  unknownPublicRoutes,
  unreadRoutes,
} from "./routes.ts";
import type { Check, Scope, Severity } from "./rule.ts";
import { brokenSettings, settingsAtDeployment, unknownSettings } from "./settings.ts";

export interface Rule {
  readonly severity: Severity;
  /** What is wrong, in a few words. */
  readonly title: string;
  /** What happens if nothing is done. */
  readonly why: string;
  /** What to write. */
  readonly fix: string;
  readonly check: Check;
}

/** What a reader could not read. */
function unread(rule: Scope["model"]["unread"][number]["rule"]): Check {
  return ({ model }) =>
    model.unread
      .filter((each) => each.rule === rule)
      .map(({ resource, what }) => ({ resource, found: what }));
}

const NOT_IN_BROWSERS = "A page gets no status and no text, only a network error.";

/** Every rule, in the order of what is reported. The list in docs/cli.md is made from it. */
export const RULES = {
  settings: {
    severity: "error",
    title: "settings with which the function does not start",
    why: "Every call is answered 500.",
    fix: "Correct the variable in the function's environment.",
    check: brokenSettings,
  },
  "unguarded-route": {
    severity: "error",
    title: "a route without an authorizer",
    why: "Anyone can call it without a token.",
    fix: "Give the route the authorizer, or say that it is public: --public, publicRoutes in the plugin.",
    check: unguardedRoutes,
  },
  "open-catch-all": {
    severity: "error",
    title: "an open {proxy+} or $default with the backend of guarded routes",
    why: "A method or path that no other route matches reaches the backend of a guarded route without a token.",
    fix: "Give the greedy route the authorizer; on a REST API, or declare ANY on every guarded resource.",
    check: openCatchAlls,
  },
  "guarded-function-url": {
    severity: "error",
    title: "a function URL that goes around the authorizer",
    why: "Anyone can call the function without a token, and write the identity into the event.",
    fix: "Remove the function URL, or set its AuthType to AWS_IAM.",
    check: guardedFunctionUrls,
  },
  "public-permission": {
    severity: "error",
    title: "a function that every AWS account may call",
    why: "Anyone with an AWS account can call the function with an event, and an identity, of their choice.",
    fix: "Name apigateway.amazonaws.com as the Principal, and the API as the SourceArn.",
    check: publicPermissions,
  },
  "identity-source-without-token": {
    severity: "error",
    title: "cached answers without the token in their key",
    why: "API Gateway gives a caller the answer, and the identity, of another.",
    fix: "Add the header Authorization to the identity source, or set the time to live to 0.",
    check: identitySourcesWithoutToken,
  },
  "response-format": {
    severity: "error",
    title: "simple responses before a function that answers policies, or the reverse",
    why: "API Gateway cannot read the answer: every call is answered 500.",
    fix: "Set EnableSimpleResponses to what AUTHORIZER_HTTP_API_RESPONSE says, or the reverse.",
    check: responseFormats,
  },
  "missing-permission": {
    severity: "error",
    title: "an authorizer whose function API Gateway may not call",
    why: "Every call is answered 500.",
    fix:
      "Add an AWS::Lambda::Permission for apigateway.amazonaws.com with the API as the SourceArn; in SAM, set " +
      "EnableFunctionDefaultPermissions on the HTTP API's authorizer.",
    check: missingPermissions,
  },
  "appended-identity": {
    severity: "error",
    title: "an identity that is appended to what the caller sent",
    why: "Many frameworks read the first of two values, which is the caller's own.",
    fix: "Use overwrite instead of append.",
    check: appendedIdentities,
  },
  "table-out-of-reach": {
    severity: "error",
    title: "a role without the right to the table of revocations",
    why: "The authorizer answers 500; a function that writes revocations loses them.",
    fix: "Allow dynamodb:BatchGetItem to the authorizer and dynamodb:UpdateItem to writers, on the table.",
    check: unreachableTables,
  },
  "function-name": {
    severity: "error",
    title: "a function name that Lambda does not take",
    why: "The deployment fails: names have 64 characters at most.",
    fix: "Choose a shorter FunctionName, stage or service name.",
    check: longNames,
  },
  "restricted-route": {
    severity: "warning",
    title: "a route without an authorizer in a private API, or one with a resource policy",
    why: "Who passes the policy needs no token.",
    fix: "Give the route the authorizer, or say that it is public.",
    check: restrictedRoutes,
  },
  "api-key-route": {
    severity: "warning",
    title: "a route with an API key and no authorizer",
    why: "An API key counts calls; it says nothing of the user, and AWS advises against it as authorization.",
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
    fix: "Map keys that are always there, or demand the claim: AUTH0_REQUIRED_CLAIMS.",
    check: absentClaims,
  },
  "ignored-mapping": {
    severity: "warning",
    title: "an identity that is mapped to a header of a Lambda proxy",
    why: "A REST API ignores the mapping: the function sees the header that the caller sent.",
    fix: "Read event.requestContext.authorizer in the function, with identityFrom(event).",
    check: ignoredMappings,
  },
  "unknown-setting": {
    severity: "warning",
    title: "a variable that looks like a setting",
    why: "The authorizer does not read it.",
    fix: "Correct the name, or give the variable to other functions only.",
    check: unknownSettings,
  },
  "authorizer-ttl": {
    severity: "warning",
    title: "answers that are cached for more than 300 s",
    why: "A user who was denied stays so, and one who was revoked goes on, for as long.",
    fix: "Set the time to live to 300 s or less.",
    check: longTtls,
  },
  "simple-answer-outlives-token": {
    severity: "warning",
    title: "simple responses that are cached for more than 60 s",
    why: "Nothing ends a cached simple response with its token.",
    fix: "Set the time to live to 60 s or less.",
    check: longSimpleTtls,
  },
  "function-timeout": {
    severity: "warning",
    title: "a function that may run for more than 10 s",
    why: "API Gateway waits no longer for the authorizer of an HTTP API.",
    fix: "Set Timeout to 8.",
    check: longTimeouts,
  },
  "log-retention": {
    severity: "warning",
    title: "a log that is kept for ever",
    why: "Lambda makes a log group that keeps every line, and AWS charges for it.",
    fix: "Add a log group with RetentionInDays.",
    check: endlessLogs,
  },
  "not-arm64": {
    severity: "warning",
    title: "a function that does not run on arm64",
    why: "arm64 costs a fifth less.",
    fix: "Set Architectures to [arm64].",
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
    why: "HTTP asks for it (RFC 9110), and clients read there how to get a token.",
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
    why: "An API has one of each type: the last that is made counts.",
    fix: "Remove one.",
    check: duplicateResponses,
  },
  "unknown-public-route": {
    severity: "warning",
    title: "a public route that there is not",
    why: "The route was renamed, or is misspelled.",
    fix: "Correct or remove it.",
    check: unknownPublicRoutes,
  },
  "unmatched-acceptance": {
    severity: "warning",
    title: "an accepted finding that there is not",
    why: "It was mended, or is misspelled.",
    fix: "Correct or remove it.",
    check: () => [],
  },
  "route-not-read": {
    severity: "not checked",
    title: "a route whose authorizer could not be read",
    why: "It may be open.",
    fix: "Check the templates of both stacks together, or look at the deployed API and accept this.",
    check: unreadRoutes,
  },
  "authorizer-not-read": {
    severity: "not checked",
    title: "an authorizer that could not be read",
    why: "It may be wrong in any way.",
    fix: "Write it without a condition, or look at the deployed API and accept this.",
    check: (scope) => [...unread("authorizer-not-read")(scope), ...unreadAuthorizers(scope)],
  },
  "permission-not-read": {
    severity: "not checked",
    title: "a permission that could not be read",
    why: "It may allow everyone.",
    fix: "Write its principal or AuthType into the template, or accept this.",
    check: (scope) => [
      ...unread("permission-not-read")(scope),
      ...unreadPermissions(scope),
      ...uncertainPermissions(scope),
    ],
  },
  "template-not-read": {
    severity: "not checked",
    title: "a part of the template that could not be read",
    why: "It may have routes without an authorizer.",
    fix: "Check what is added at deployment by itself, or put the file where the template names it.",
    check: unread("template-not-read"),
  },
  "value-at-deployment": {
    severity: "not checked",
    title: "a value that only a deployment knows",
    why: "It is checked when the function starts, or not at all.",
    fix: "Nothing, or give the parameter a default.",
    check: (scope) => [
      ...unread("value-at-deployment")(scope),
      ...settingsAtDeployment(scope),
      ...unknownAuthorizerValues(scope),
    ],
  },
} as const satisfies Readonly<Record<string, Rule>>;

export type RuleName = keyof typeof RULES;

export const RULE_NAMES = Object.keys(RULES) as readonly RuleName[];

/** What is printed, and no reason to stop a deployment. */
export const HARMLESS: RuleName = "value-at-deployment";
