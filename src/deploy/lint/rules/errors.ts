import { identitySourcesWithoutToken, missingPermissions, responseFormats } from "./authorizers.ts";
import { guardedFunctionUrls, longNames, publicPermissions, unreachableTables } from "./functions.ts";
import { appendedIdentities, chosenTenants } from "./mappings.ts";
import { openCatchAlls, unguardedRoutes } from "./routes.ts";
import { brokenRoutesFiles, routesNotTold } from "./route-permissions.ts";
import { brokenSettings } from "./settings.ts";
import { stagesWithoutAudiences } from "./stages.ts";
import type { Rule } from "./rule.ts";

/** What is certain and serious: a caller needs no token, or no call is answered. */
export const ERRORS = {
  settings: {
    severity: "error",
    title: "settings that stop the function from starting",
    why: "Every call is answered 500.",
    fix: "Correct the variable in the function's environment.",
    check: (scope) => [...brokenSettings(scope), ...brokenRoutesFiles(scope)],
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
    fix: "Give the greedy route the authorizer. On a REST API, you can declare ANY on every guarded resource instead.",
    check: openCatchAlls,
  },
  "guarded-function-url": {
    severity: "error",
    title: "a function URL that bypasses the authorizer",
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
    why: "API Gateway can give a caller the answer, and the identity, of another caller.",
    fix: "Add the header Authorization to the identity source, or set the time to live to 0.",
    check: identitySourcesWithoutToken,
  },
  "route-not-told": {
    severity: "error",
    title: "permissions by route, and an authorizer that does not get the route",
    why: "Every call is answered 500.",
    fix:
      "On an HTTP API, set the payload version to 2.0 and add $context.routeKey to the identity sources; on a REST " +
      "API, use the type REQUEST.",
    check: routesNotTold,
  },
  "stage-without-audiences": {
    severity: "error",
    title: "a stage of a shared authorizer without its audiences",
    why: "Every call is answered 500.",
    fix: "Set the stage variable auth0Audiences to values of AUTH0_AUDIENCES or AUTH0_CLIENT_IDS; use REQUEST, not TOKEN.",
    check: stagesWithoutAudiences,
  },
  "response-format": {
    severity: "error",
    title: "an authorizer whose response format is not its function's",
    why: "API Gateway cannot read the answer: every call is answered 500.",
    fix: "Set EnableSimpleResponses and AUTHORIZER_HTTP_API_RESPONSE to the same format.",
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
  "tenant-from-caller": {
    severity: "error",
    title: "a tenant that the caller may choose",
    why: "Anyone with a valid token can run the function as another tenant, with what it keeps for that tenant.",
    fix: "Map integration.request.header.X-Amz-Tenant-Id from context.authorizer, with a claim of AUTH0_CONTEXT_CLAIMS.",
    check: chosenTenants,
  },
  "table-out-of-reach": {
    severity: "error",
    title: "a role without permission for the table of revocations",
    why: "The authorizer answers 500; a function that writes revocations loses them.",
    fix: "Allow dynamodb:BatchGetItem to the authorizer and dynamodb:UpdateItem to writers, on the table.",
    check: unreachableTables,
  },
  "function-name": {
    severity: "error",
    title: "a function name that is too long",
    why: "The deployment fails: names have 64 characters at most.",
    fix: "Choose a shorter FunctionName, stage or service name.",
    check: longNames,
  },
} as const satisfies Readonly<Record<string, Rule>>;
