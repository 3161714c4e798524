import { identitySourcesWithoutToken, longSimpleTtls, longTtls } from "./authorizers.ts";
import type { Rule, Finding, Scope } from "./rule.ts";
import {
  endlessLogs,
  longTimeouts,
  openPermissions,
  otherProcessors,
  unreachableTables,
  wideRoles,
} from "./functions.ts";
import { secondWriters } from "./second-writers.ts";
import { lateGatewayResponses, missingHeader } from "./gateway-responses.ts";
import { appendedIdentities } from "./header-mappings.ts";
import { unguardedRoutes, unknownPublicRoutes } from "./routes.ts";
import { authorizerFunctions, settingsMistakes } from "./settings.ts";
import { getResources, type Template } from "./cloudformation.ts";

const RULES = {
  settings: settingsMistakes,
  "unguarded-route": unguardedRoutes,
  "unknown-public-route": unknownPublicRoutes,
  "authorizer-ttl": longTtls,
  "simple-answer-outlives-token": longSimpleTtls,
  "identity-source-without-token": identitySourcesWithoutToken,
  "function-timeout": longTimeouts,
  "log-retention": endlessLogs,
  "not-arm64": otherProcessors,
  "no-cors-on-401": missingHeader("UNAUTHORIZED", "Access-Control-Allow-Origin"),
  "no-cors-on-403": missingHeader("ACCESS_DENIED", "Access-Control-Allow-Origin"),
  "no-challenge-on-401": missingHeader("UNAUTHORIZED", "WWW-Authenticate"),
  "gateway-response-not-deployed": lateGatewayResponses,
  "wildcard-iam": wideRoles,
  "table-out-of-reach": unreachableTables,
  "second-writer": secondWriters,
  "appended-identity": appendedIdentities,
  "open-permission": openPermissions,
} as const satisfies Record<string, Rule>;

export type RuleName = keyof typeof RULES;

export const RULE_NAMES = Object.keys(RULES) as readonly RuleName[];

/** One mistake in a template. */
export interface RuleFinding extends Finding {
  readonly rule: RuleName;
}

export interface Options {
  /** Rules that are left out. */
  readonly except?: readonly RuleName[];
  /** Routes that are meant to have no authorizer: `GET /health`, `$connect`. */
  readonly publicRoutes?: readonly string[];
  /** Whether the rules about functions hold for all of them, and not only for those that are an authorizer. */
  readonly everyFunction?: boolean;
}

/** What is wrong with a template, beyond what AWS would say about it. */
export function lintTemplate(template: Template, options: Options = {}): RuleFinding[] {
  const { except = [], publicRoutes = [], everyFunction = false } = options;
  const functions = everyFunction
    ? getResources(template, "AWS::Lambda::Function")
    : authorizerFunctions(template);
  const scope: Scope = { functions: new Set(functions.map(({ name }) => name)), publicRoutes };
  return RULE_NAMES.filter((rule) => !except.includes(rule)).flatMap((rule) =>
    RULES[rule](template, scope).map((finding) => ({ rule, ...finding })),
  );
}

/** A mistake on one line: `unguarded-route: HttpApiRouteGetHello lets anybody in: …`. */
export function formatFinding({ rule, resource, message }: RuleFinding): string {
  return `${rule}: ${resource} ${message}`;
}
