import type { Api, GatewayResponse } from "../model.ts";
import { isGuarded, type Check, type RuleFinding, type Scope } from "./rule.ts";

const ALLOW_ORIGIN = "access-control-allow-origin";
/** Types that API Gateway answers with a status of 500 and more; all others default to `DEFAULT_4XX`. */
const SERVER_ERRORS = [
  "API_CONFIGURATION_ERROR",
  "AUTHORIZER_CONFIGURATION_ERROR",
  "AUTHORIZER_FAILURE",
  "INTEGRATION_FAILURE",
  "INTEGRATION_TIMEOUT",
];
const HAS_RULE_OF_ITS_OWN = ["UNAUTHORIZED", "ACCESS_DENIED"];

/** REST APIs that pages call and something guards, and whose answer of that type a page cannot read. */
export function missingCors(type: string): Check {
  return (scope) =>
    getApis(scope)
      .filter((api) => isForPages(scope, api) && lacks(scope, api, type, ALLOW_ORIGIN))
      .map(({ id }) => ({ resource: id, found: `${type} has no header Access-Control-Allow-Origin` }));
}

export const missingChallenge: Check = (scope) =>
  getApis(scope)
    .filter((api) => lacks(scope, api, "UNAUTHORIZED", "www-authenticate"))
    .map(({ id }) => ({ resource: id, found: "UNAUTHORIZED has no header WWW-Authenticate" }));

/** A type that is set inherits nothing from its default. */
export const responsesWithoutCors: Check = ({ model }) =>
  model.gatewayResponses.flatMap((response): RuleFinding[] => {
    const { id, api, type, headers } = response;
    const fallback = model.gatewayResponses.find(
      (each) => each.api === api && each.type === getDefault(type),
    );
    if (headers === undefined || fallback === undefined || fallback === response) return [];
    const missing = (fallback.headers ?? [])
      .filter((header) => header.startsWith("access-control-") && !headers.includes(header))
      .filter((header) => header !== ALLOW_ORIGIN || !HAS_RULE_OF_ITS_OWN.includes(type));
    if (missing.length === 0) return [];
    return [{ resource: id, found: `${type} lacks ${missing.join(", ")}, which ${fallback.type} has` }];
  });

/** A deployment of a REST API is a copy of it, which has what was there before it was made. */
export const lateResponses: Check = ({ model }) =>
  model.gatewayResponses
    .filter(({ isDeployed }) => isDeployed === false)
    .map(({ id, type }) => ({ resource: id, found: `no deployment waits for ${type}` }));

export const duplicateResponses: Check = ({ model }) =>
  model.gatewayResponses
    .filter((response, index) => findLike(model.gatewayResponses, response) < index)
    .map(({ id, type }) => ({ resource: id, found: `${type} is set twice for one API` }));

function findLike(responses: readonly GatewayResponse[], { api, type }: GatewayResponse): number {
  return responses.findIndex((each) => each.api === api && each.type === type);
}

function getApis({ model }: Scope): Api[] {
  return model.apis.filter(
    ({ id, kind }) =>
      kind === "rest" && model.routes.some((route) => route.api === id && route.guard.kind === "lambda"),
  );
}

/** Something answers preflights, or another answer has the header. */
function isForPages({ model }: Scope, { id, hasCors }: Api): boolean {
  return (
    hasCors ||
    model.routes.some((route) => route.api === id && route.key.startsWith("OPTIONS ") && !isGuarded(route)) ||
    model.gatewayResponses.some(({ api, headers }) => api === id && headers?.includes(ALLOW_ORIGIN) === true)
  );
}

function lacks({ model }: Scope, { id }: Api, type: string, header: string): boolean {
  const responses = model.gatewayResponses.filter(({ api }) => api === id);
  const response =
    responses.find((each) => each.type === type) ?? responses.find((each) => each.type === getDefault(type));
  return response === undefined || response.headers?.includes(header) === false;
}

function getDefault(type: string): string {
  return SERVER_ERRORS.includes(type) ? "DEFAULT_5XX" : "DEFAULT_4XX";
}
