import { ALWAYS_THERE } from "../../../settings/context-names.ts";
import { settingsFromEnvironment, type Settings } from "../../../settings/settings.ts";
import type { Mapping, Route } from "../model.ts";
import { findOurs, readEnvironment, type Check, type RuleFinding, type Scope } from "./rule.ts";

/** Lambda chooses the environment of a function with tenant isolation by this header. */
const TENANT_HEADER = "header.x-amz-tenant-id";
/** What the caller writes, in the grammar of REST APIs and in that of HTTP APIs. */
const OF_REQUEST =
  /^[^']*?(?<![.\w])\$?(?:method\.)?request\.(?:header|querystring|multivalue\w+|path|body)\b|^\$?context\.(?:path|requestOverride|identity\.(?:userAgent|apiKey))\b/i;

/** What is appended stands behind what the caller sent. */
export const appendedIdentities: Check = ({ model }) =>
  toFindings(
    model.routes,
    (_, mapping) => mapping.mode === "append" && isFromIdentity(mapping),
    ({ source, target }) => `${source} is appended to ${target}`,
  );

/** What a REST API passes to Lambda as a whole has the caller's own headers. A tenant's name is the exception. */
export const ignoredMappings: Check = ({ model }) =>
  toFindings(
    model.routes,
    (route, mapping) =>
      isIgnored(route) && isFromIdentity(mapping) && mapping.target.toLowerCase() !== TENANT_HEADER,
    ({ source, target }) =>
      `${source} is mapped to ${target}, and a Lambda proxy gets the caller's own value`,
  );

export const chosenTenants: Check = ({ model }) =>
  toFindings(
    model.routes,
    (_, { target, source }) => target.toLowerCase() === TENANT_HEADER && OF_REQUEST.test(source),
    ({ source }) => `the tenant is ${source}, which the caller writes`,
  );

export const absentClaims: Check = (scope) =>
  toFindings(
    scope.model.routes,
    (route, mapping) =>
      route.backend.forwards &&
      !isIgnored(route) &&
      isFromIdentity(mapping) &&
      isOfCaller(mapping) &&
      getKeysAlwaysThere(scope, route)?.includes(getKey(mapping.source) ?? "") === false,
    ({ source, target }) => `${target} is written from ${source}, which a token may not have`,
  );

/** One for each mapping that is wrong: at the integration where routes share one, else at the route. */
function toFindings(
  routes: readonly Route[],
  isWrong: (route: Route, mapping: Mapping) => boolean,
  describe: (mapping: Mapping) => string,
): RuleFinding[] {
  const findings = routes.flatMap((route) =>
    route.backend.mappings
      .filter((mapping) => isWrong(route, mapping))
      .map((mapping): [string, RuleFinding] => {
        const { resource: integration } = route.backend;
        const place =
          integration === undefined
            ? { resource: route.resource, route: route.key }
            : { resource: integration };
        const finding = { ...place, found: describe(mapping) };
        return [JSON.stringify(finding), finding];
      }),
  );
  return Array.from(new Map(findings).values());
}

function isFromIdentity({ source }: Mapping): boolean {
  return getKey(source) !== undefined;
}

function isIgnored({ kind, backend }: Route): boolean {
  return kind === "rest" && backend.isLambdaProxy;
}

/** A header or parameter that a caller can send as well. */
function isOfCaller({ mode, target }: Mapping): boolean {
  return mode === "overwrite" && /^(?:header|querystring)\./.test(target);
}

function getKey(source: string): string | undefined {
  return /\$?context\.authorizer\.([\w.-]+)/.exec(source)?.[1];
}

/** Keys of the context that every accepted token has; undefined where the authorizer is not this one. */
function getKeysAlwaysThere(scope: Scope, { guard }: Route): readonly string[] | undefined {
  if (guard.kind !== "lambda") return undefined;
  const authorizer = scope.model.authorizers.find(({ id }) => id === guard.authorizer);
  const lambda = authorizer === undefined ? undefined : findOurs(scope, authorizer);
  if (authorizer?.function !== undefined && lambda === undefined) return undefined;
  const always = [...ALWAYS_THERE, "principalId"];
  const settings = lambda === undefined ? undefined : readSettings(readEnvironment(lambda).texts);
  if (settings === undefined) return [...always, "email", "email_verified"];
  const { emailPolicy, contextClaims, requiredClaims } = settings;
  const required = Object.entries(contextClaims).filter(([, claim]) => Object.hasOwn(requiredClaims, claim));
  return [
    ...always,
    ...(emailPolicy === "optional" ? [] : ["email"]),
    ...(emailPolicy === "verified" ? ["email_verified"] : []),
    ...required.map(([name]) => name),
  ];
}

/** Settings that keep the function from starting have a separate rule. */
function readSettings(env: Record<string, string>): Settings | undefined {
  try {
    return settingsFromEnvironment(env);
  } catch {
    return undefined;
  }
}
