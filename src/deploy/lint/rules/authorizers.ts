import { SETTINGS } from "../../../settings/definitions.ts";
import { getVariable } from "../../../settings/settings.ts";
import { POLICY_TTL_SECONDS, SIMPLE_TTL_SECONDS } from "../../package/function-defaults.ts";
import type { Authorizer, Permission } from "../model.ts";
import { isOpen } from "../values.ts";
import {
  findOurs,
  isIncomplete,
  isOurs,
  readEnvironment,
  type Check,
  type RuleFinding,
  type Scope,
} from "./rule.ts";

export const longTtls: Check = (scope) =>
  getAuthorizers(scope)
    .filter(({ ttlSeconds = 0 }) => ttlSeconds > POLICY_TTL_SECONDS)
    .map(({ id, ttlSeconds }) => ({ resource: id, found: `answers are cached for ${ttlSeconds ?? 0} s` }));

export const longSimpleTtls: Check = (scope) =>
  getAuthorizers(scope)
    .filter(({ hasSimpleResponses = false }) => hasSimpleResponses)
    .filter(({ ttlSeconds = 0 }) => ttlSeconds > SIMPLE_TTL_SECONDS)
    .map(({ id, ttlSeconds }) => ({
      resource: id,
      found: `simple responses are cached for ${ttlSeconds ?? 0} s`,
    }));

/** A header may be spelled in any case, a parameter not. */
const TOKEN_SOURCE = /^(?:method\.|\$)request\.header\.authorization$/i;

/** Where nothing is cached, and where the token itself is the source, there is nothing to mix up. */
export const identitySourcesWithoutToken: Check = (scope) =>
  getAuthorizers(scope)
    .filter(({ kind, isToken, ttlSeconds = 0 }) => kind !== "websocket" && !isToken && ttlSeconds > 0)
    .filter(({ sources }) => sources?.some((source) => TOKEN_SOURCE.test(source.trim())) === false)
    .map((authorizer) => ({
      resource: authorizer.id,
      found:
        `answers are cached for ${authorizer.ttlSeconds ?? 0} s under ` +
        `${toReadableSources(authorizer)}, without the header Authorization`,
      ...(!isOurs(scope, authorizer) && { severity: "warning" as const }),
    }));

/** Headers in which a WebSocket's token is read. */
const READ_HEADERS = ["authorization", "sec-websocket-protocol"];

/**
 * WebSocket authorizers with identity sources in none of which the function looks for a token: Serverless's own default
 * is a header `Auth`, and clients send `?token=`.
 */
export const unreadTokens: Check = (scope) =>
  scope.model.authorizers.flatMap((authorizer): RuleFinding[] => {
    const { id, kind, sources = [] } = authorizer;
    const lambda = findOurs(scope, authorizer);
    if (lambda === undefined || kind !== "websocket" || sources.length === 0) return [];
    const { texts, unknown } = readEnvironment(lambda);
    if (TOKEN_PARAMETER in unknown) return [];
    const given = texts[TOKEN_PARAMETER]?.trim() ?? "";
    const parameter = given === "" ? SETTINGS.webSocketTokenParameter.fallback : given;
    if (sources.some((source) => mayHoldToken(source.trim(), parameter))) return [];
    return [
      {
        resource: id,
        found: `it asks for ${toReadableSources(authorizer)}, where ${lambda.id} reads no token`,
      },
    ];
  });

/** As clients send it, with every character that may be in a JWT: base64url (RFC 7515 §2), and dots. */
const TOKEN_HEADER =
  "Bearer eyJhbGciOiJSUzI1NiJ9.ABCDEFGHIJKLMNOPQRSTUVWXYZ-abcdefghijklmnopqrstuvwxyz_0123456789.c2ln_-bmF0dXJl";

/** Validation expressions that do not match a JWT: of base64url, `_` is often forgotten. */
export const refusedTokens: Check = (scope) =>
  scope.model.authorizers
    .filter((authorizer) => isOurs(scope, authorizer) && authorizer.isToken)
    .filter(({ pattern = "" }) => pattern !== "" && !isOpen(pattern) && !mayMatch(pattern, TOKEN_HEADER))
    .map(({ id, pattern = "" }) => ({ resource: id, found: `its validation expression is ${pattern}` }));

/** An expression that only Java understands is not judged. */
function mayMatch(pattern: string, text: string): boolean {
  try {
    return new RegExp(pattern).test(text);
  } catch {
    return true;
  }
}

const TOKEN_PARAMETER = getVariable("webSocketTokenParameter");

/** A source that only a deployment knows may. */
function mayHoldToken(source: string, parameter: string): boolean {
  const [, place, name = ""] = /^route\.request\.(header|querystring)\.(.+)$/.exec(source) ?? [];
  if (place === undefined) return isOpen(source);
  return place === "header" ? READ_HEADERS.includes(name.toLowerCase()) : name === parameter;
}

function toReadableSources({ sources = [] }: Authorizer): string {
  const named = sources.filter((source) => source !== "");
  return named.length === 0 ? "nothing" : named.join(", ");
}

const RESPONSE_FORMAT = getVariable("httpApiResponse");

/** An empty variable counts as not set. */
function toFormat(value = ""): string {
  return value.trim() === "" ? SETTINGS.httpApiResponse.fallback : value.trim();
}

export const responseFormats: Check = (scope) =>
  scope.model.authorizers.flatMap((authorizer): RuleFinding[] => {
    const { id, kind, hasSimpleResponses } = authorizer;
    const lambda = findOurs(scope, authorizer);
    if (lambda === undefined || kind !== "http" || hasSimpleResponses === undefined) return [];
    const { texts, unknown } = readEnvironment(lambda);
    if (RESPONSE_FORMAT in unknown) return [];
    const answers = toFormat(texts[RESPONSE_FORMAT]);
    const expected = hasSimpleResponses ? "simple" : "policy";
    if (answers === expected) return [];
    return [
      { resource: id, found: `it expects the format ${expected}, and ${lambda.id} answers ${answers}` },
    ];
  });

export const missingPermissions: Check = (scope) =>
  toMissing(scope, "no").map(({ id, function: called }) => ({
    resource: id,
    found: `API Gateway has no permission to call ${called ?? ""}`,
  }));

export const uncertainPermissions: Check = (scope) =>
  toMissing(scope, "perhaps").map(({ id, function: called }) => ({
    resource: id,
    found: `whether API Gateway may call ${called ?? ""} depends on a SourceArn that is known only at deployment`,
  }));

export const backendsWithoutPermission: Check = (scope) =>
  isIncomplete(scope)
    ? []
    : scope.model.routes.flatMap(({ resource, key, backend, api }) => {
        const { function: called, hasRole } = backend;
        if (called === undefined || hasRole || mayCall(scope, called, api) !== "no") return [];
        return [{ resource, route: key, found: `API Gateway has no permission to call ${called}` }];
      });

function toMissing(scope: Scope, answer: "no" | "perhaps"): Authorizer[] {
  if (isIncomplete(scope)) return [];
  return scope.model.authorizers.filter(
    ({ function: called, api, mayCall: isAllowed }) =>
      called !== undefined && !isAllowed && mayCall(scope, called, api) === answer,
  );
}

export const unreadAuthorizers: Check = ({ model }) =>
  model.authorizers
    .filter(({ api, id }) => id !== "" && api === "")
    .map(({ id }) => ({ resource: id, found: "it names no API" }));

export const unknownAuthorizerValues: Check = ({ model }) =>
  model.authorizers.flatMap((authorizer): RuleFinding[] => {
    const { id, isToken, sources, ttlSeconds, hasSimpleResponses, why, imported } = authorizer;
    const unknown = [
      ...(authorizer.function === undefined && imported === undefined ? [`its function: ${why}`] : []),
      ...(sources === undefined && !isToken ? ["its identity source"] : []),
      ...(ttlSeconds === undefined ? ["its time to live"] : []),
      ...(hasSimpleResponses === undefined ? ["its format of responses"] : []),
    ];
    return unknown.map((what) => ({ resource: id, found: what }));
  });

/** Those that call this authorizer, and those that call a function of another stack, which may be one. */
function getAuthorizers(scope: Scope): Authorizer[] {
  return scope.model.authorizers.filter(
    (authorizer) => authorizer.function === undefined || isOurs(scope, authorizer),
  );
}

/** Whether a permission lets an API call a function. */
function mayCall({ model }: Scope, called: string, api: string): "yes" | "no" | "perhaps" {
  const permissions = model.permissions.filter(
    ({ function: each, isOfUrl, principal }) =>
      each === called && !isOfUrl && ["apigateway.amazonaws.com", "*", undefined].includes(principal),
  );
  const isFor = ({ apis, unknownSources }: Permission): boolean =>
    apis.includes(api) || unknownSources.includes(api) || apis.length + unknownSources.length === 0;
  if (permissions.some(isFor)) return "yes";
  return permissions.some(({ apis, unknownSources }) => apis.length === 0 && unknownSources.length > 0)
    ? "perhaps"
    : "no";
}
